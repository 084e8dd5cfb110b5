//! Writes a file whole or not at all, for its owner's eyes only: what an account grants to whom is worth knowing.

use std::io::{self, Write};
use std::path::Path;

/// Writes the text beside its place and then moves it there.
///
/// # Errors
/// If the folder is not there, or not the caller's to write to; the file is then as it was.
pub fn save(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // It is made with mode 0600.
    let mut file = tempfile::Builder::new().prefix(".rolecall-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::save;

    #[test]
    fn what_was_there_is_replaced_and_nothing_is_left_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("account.json");
        for text in ["first", "second"] {
            save(&path, text).expect("it is ours");
            assert_eq!(std::fs::read_to_string(&path).expect("it is there"), text);
        }
        let entries = std::fs::read_dir(folder.path()).expect("it is there").count();
        assert_eq!(entries, 1);
        assert!(save(&folder.path().join("no/such/folder.json"), "text").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("account.json");
        std::fs::write(&path, "for all to see").expect("it is ours");
        save(&path, "text").expect("it is ours");
        assert_eq!(std::fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
    }
}
