//! Places.

use super::*;

/// Checks a position against the bytes of its file, and gives the text between `start` and `end`.
fn slice<'t>(text: &'t str, place: &Value) -> &'t str {
    let offset = |position: &Value| usize::try_from(position["offset"].as_u64().expect("a count")).expect("small");
    for position in [&place["start"], &place["end"]] {
        let before = &text[..offset(position)];
        let line = before.matches('\n').count() + 1;
        // The mark at the start of a file is no character of its first line.
        let column = before.rsplit('\n').next().expect("a line").trim_start_matches('\u{feff}').chars().count() + 1;
        assert_eq!((&position["line"], &position["column"]), (&json!(line), &json!(column)), "{place}");
    }
    &text[offset(&place["start"])..offset(&place["end"])]
}

#[test]
fn places_count_lines_characters_and_bytes() {
    let lines = [
        "{\"Version\": \"2012-10-17\", \"Statement\": [",
        "  {\"Condition\": {\"StringNotEquals\": {\"aws:PrincipalTag/Größe\": \"größer 😀\"}}, \"Sid\": \"Never\", \"Effect\": \"Deny\",",
        "   \"Action\": \"ec2:*\", \"Resource\": \"*\"},",
        "  {\"Effect\": \"Allow\", \"Action\": \"ec2:*\", \"Resource\": \"*\"}",
        "]}",
    ];
    for mark in ["", "\u{feff}"] {
        for end in ["\n", "\r\n"] {
            let content = format!("{mark}{}", lines.join(end));
            let folder = Folder::of([("policy.json", content.clone().into_bytes())]);
            let report = folder.report(&["policy.json", ROLE]);
            let statements = report.requirement(None, CREATE)["statements"].as_array().expect("a list");
            let deny = statements.iter().find(|one| one["sid"] == "Never").expect("the Deny decides");
            let location = &deny["location"];
            assert_eq!(slice(&content, location).trim_matches('"'), "Never");
            assert_eq!(location["start"]["line"], 2);
            assert!(location.get("inner").is_none());
        }
    }
    // On the first line, too, columns do not count the mark and offsets do.
    let content = format!("\u{feff}{}", nothing());
    let folder = Folder::of([("policy.json", content.clone().into_bytes())]);
    let report = folder.report(&["policy.json", ROLE]);
    let places: Vec<&Value> = report.list("findings").iter().map(|finding| &finding["location"]).collect();
    let placed: Vec<&str> =
        places.into_iter().filter(|place| !place.is_null()).map(|place| slice(&content, place)).collect();
    assert!(!placed.is_empty(), "{}", report.json);
}

#[test]
fn a_place_inside_a_text_is_given_twice() {
    let denied = policy(&[
        json!({"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}),
        json!({"Sid": "Never", "Effect": "Deny", "Action": DELETE, "Resource": "*"}),
    ]);
    for (document, inside) in
        [(json!(percent_encoded(&denied)), true), (json!(denied.to_string()), true), (denied.clone(), false)]
    {
        let content = String::from_utf8(bytes(&account(&[role("orders-fn", document.clone(), &[])]))).expect("UTF-8");
        let folder = Folder::of([("account.json", content.clone().into_bytes())]);
        let report = folder.report(&["account.json", "--as=execution-role:orders-fn"]);
        let location = &report.requirement(Some("orders-fn"), DELETE)["statements"][0]["location"];
        let outer = slice(&content, location);
        if inside {
            assert_eq!(outer.trim_matches('"'), document.to_string().trim_matches('"'));
            assert_eq!(slice(&denied.to_string(), &location["inner"]).trim_matches('"'), "Never");
        } else {
            assert_eq!(outer.trim_matches('"'), "Never");
            assert!(location.get("inner").is_none(), "{location}");
        }
        let name =
            &report.list("principals").iter().find(|one| one["name"] == "orders-fn").expect("judged")["location"];
        assert_eq!(slice(&content, name).trim_matches('"'), "orders-fn");
    }
}
