//! A server that passes requests on to moto, and does to some of them what networks and AWS do.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, client, server};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// What happens to a call.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// `ListFunctions`.
    pub(crate) call: &'static str,
    pub(crate) times: Times,
    pub(crate) how: How,
}

/// To which of the calls of that name, counted from 1. The first fault that fits is done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Times {
    First(usize),
    From(usize),
    Always,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    Throttle,
    Unavailable,
    Expired,
    Denied,
    /// The connection ends without an answer.
    Close,
    /// No answer comes.
    Hang,
    /// The answer comes byte by byte.
    SlowBody,
    /// The connection ends within the answer.
    BreakOff,
    /// The answer is half the document, and looks as if it were whole.
    CutShort,
    Portal,
    Empty,
    SameMarker,
    NoMarker,
    /// First users and roles, then groups and policies.
    Paged,
    /// Everything on each of two pages.
    TwicePaged,
    OneRoleLess,
    /// This is the answer, whatever moto would say.
    Answer(&'static str),
}

type Body = BoxBody<Bytes, io::Error>;

/// Runs in a thread of its own, and ends with its value.
pub(crate) struct Proxy {
    pub(crate) endpoint: String,
    _stop: oneshot::Sender<()>,
}

struct State {
    moto: SocketAddr,
    faults: Vec<Fault>,
    calls: Mutex<HashMap<String, usize>>,
}

impl Proxy {
    pub(crate) fn start(moto: &str, faults: Vec<Fault>) -> Proxy {
        let moto = moto.trim_start_matches("http://").parse().expect("an address");
        let state = Arc::new(State { moto, faults, calls: Mutex::default() });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("it can wait");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("it is one");
                tokio::spawn(accept(listener, state));
                // Whether the value is dropped or the test is over.
                let _ = stopped.await;
            });
        });
        Proxy { endpoint, _stop: stop }
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, Arc::clone(&state)));
            // An error here is a fault that was wanted.
            let _ = server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// The name of a call: IAM's is in the form, Organizations' in a header, the others have paths.
fn name_of(parts: &hyper::http::request::Parts, body: &[u8]) -> String {
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    if let Some((_, name)) = target.and_then(|target| target.rsplit_once('.')) {
        return name.to_owned();
    }
    let form = String::from_utf8_lossy(body);
    let action = form.split('&').find_map(|member| member.strip_prefix("Action="));
    let path = parts.uri.path();
    let by_path = [
        ("event-source-mappings", "ListEventSourceMappings"),
        ("/versions", "ListVersionsByFunction"),
        ("/functions", "ListFunctions"),
        ("listRegions", "ListRegions"),
    ];
    let by_path = || by_path.iter().find(|(piece, _)| path.contains(piece)).map_or("?", |(_, name)| *name);
    action.unwrap_or_else(by_path).to_owned()
}

async fn answer(request: Request<Incoming>, state: Arc<State>) -> io::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let name = name_of(&parts, &body);
    let count = {
        let mut calls = state.calls.lock().expect("no test panics in here");
        let count = calls.entry(name.clone()).or_default();
        *count += 1;
        *count
    };
    let fault = state.faults.iter().find(|fault| {
        let now = match fault.times {
            Times::First(times) => count <= times,
            Times::From(first) => count >= first,
            Times::Always => true,
        };
        now && fault.call == name
    });
    let second_page = String::from_utf8_lossy(&body).contains("Marker=second");
    let xml = target_is_xml(&parts);
    let forward = async || forward(&state, parts, body).await;
    let Some(Fault { how, .. }) = fault else {
        let (status, text) = forward().await?;
        return Ok(respond(status, text));
    };
    Ok(match how {
        How::Throttle => error(xml, 400, "Throttling", "Rate exceeded"),
        How::Unavailable => error(xml, 503, "", "503"),
        How::Expired => error(xml, 403, "ExpiredToken", "The security token included in the request is expired"),
        How::Denied => error(xml, 403, "AccessDenied", "User is not authorized to perform this"),
        How::Close => return Err(io::ErrorKind::ConnectionReset.into()),
        How::Hang => std::future::pending().await,
        How::SlowBody => slowly(forward().await?.1),
        How::BreakOff => broken_off(forward().await?.1),
        How::CutShort => edited(forward().await?.1, |text| text.truncate(text.len() * 2 / 3)),
        How::Portal => respond(200, "<html><body>Log in to the Wi-Fi of Hotel Elba</body></html>".to_owned()),
        How::Empty => respond(200, String::new()),
        How::SameMarker => edited(forward().await?.1, |text| truncated(text, "<Marker>same</Marker>")),
        How::NoMarker => edited(forward().await?.1, |text| truncated(text, "")),
        How::TwicePaged if second_page => respond(200, forward().await?.1),
        How::TwicePaged => edited(forward().await?.1, |text| truncated(text, "<Marker>second</Marker>")),
        How::Paged if second_page => {
            edited(forward().await?.1, |text| without(text, ["UserDetailList", "RoleDetailList"]))
        }
        How::Paged => edited(forward().await?.1, |text| {
            without(text, ["GroupDetailList", "Policies"]);
            truncated(text, "<Marker>second</Marker>");
        }),
        How::OneRoleLess => edited(forward().await?.1, |text| {
            let role = text.find("<RoleDetailList>").expect("roles") + "<RoleDetailList>".len();
            let end = role + text[role..].find("</AssumeRolePolicyDocument>").expect("a role");
            // The member ends before the next one that has a role's name, or with the list.
            let next = text[end..].find("<member><Path>").expect("another role") + end;
            text.replace_range(role..next, "");
        }),
        How::Answer(text) => respond(200, (*text).to_owned()),
    })
}

/// IAM speaks XML, the others JSON.
fn target_is_xml(parts: &hyper::http::request::Parts) -> bool {
    let kind = parts.headers.get("content-type").and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.contains("x-www-form-urlencoded"))
}

async fn forward(state: &State, mut parts: hyper::http::request::Parts, body: Bytes) -> io::Result<(u16, String)> {
    let stream = TcpStream::connect(state.moto).await?;
    let (mut sender, connection) =
        client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    tokio::spawn(connection);
    parts.headers.insert("connection", "close".parse().expect("a value"));
    let response = sender.send_request(Request::from_parts(parts, Full::new(body))).await.map_err(io::Error::other)?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

fn respond(status: u16, text: String) -> Response<Body> {
    let body = Full::new(Bytes::from(text)).map_err(|never: Infallible| match never {}).boxed();
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}

fn edited(mut text: String, edit: impl FnOnce(&mut String)) -> Response<Body> {
    edit(&mut text);
    respond(200, text)
}

/// An error as IAM says it, or as the others do.
fn error(xml: bool, status: u16, code: &str, message: &str) -> Response<Body> {
    if code.is_empty() {
        return respond(status, message.to_owned());
    }
    if xml {
        let text = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        );
        return respond(status, text);
    }
    let mut response = respond(status, format!(r#"{{"message": "{message}"}}"#));
    let code = if code == "AccessDenied" { "AccessDeniedException" } else { code };
    response.headers_mut().insert("x-amzn-errortype", code.parse().expect("a value"));
    response
}

fn slowly(text: String) -> Response<Body> {
    let bytes = stream::unfold(text.into_bytes().into_iter(), |mut bytes| async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let byte = bytes.next()?;
        Some((Ok(Frame::data(Bytes::copy_from_slice(&[byte]))), bytes))
    });
    Response::new(BodyExt::boxed(StreamBody::new(bytes)))
}

fn broken_off(text: String) -> Response<Body> {
    let half = Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]);
    let pieces = [Ok(Frame::data(half)), Err(io::Error::from(io::ErrorKind::ConnectionReset))];
    Response::new(BodyExt::boxed(StreamBody::new(stream::iter(pieces))))
}

fn truncated(text: &mut String, marker: &str) {
    const LAST: &str = "<IsTruncated>false</IsTruncated>";
    assert!(text.contains(LAST), "{text}");
    *text = text.replace(LAST, &format!("<IsTruncated>true</IsTruncated>{marker}"));
}

fn without(text: &mut String, lists: [&str; 2]) {
    for list in lists {
        let (begin, end) = (format!("<{list}>"), format!("</{list}>"));
        if let (Some(begin), Some(from)) = (text.find(&begin), text.rfind(&end)) {
            text.replace_range(begin..from + end.len(), "");
        }
    }
}
