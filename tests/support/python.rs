//! Python with packages of PyPI, for tests that hold rolecall against programs of others.
//!
//! The packages are installed once, into a folder of the build's. That needs `python3` with pip, and the network the
//! first time. A test that cannot have them fails, and says so.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::Command;

/// Python, finding the packages that a requirements file beside this one lists.
pub fn python(requirements: &str) -> Command {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support").join(requirements);
    let wanted = fs::read_to_string(&list).expect("the list of packages");
    let mut hash = DefaultHasher::new();
    wanted.hash(&mut hash);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("python-{:x}", hash.finish()));
    if folder.is_dir() {
        return with(&folder);
    }
    // Whoever comes first puts it there whole.
    let made = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "--target"]);
    let output = pip.arg(made.path()).arg("-r").arg(&list).output().expect("python3 is installed");
    let reason = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "these tests need python3, and once the network, for {requirements}: {reason}");
    if fs::rename(made.path(), &folder).is_ok() {
        // There is nothing left to take away.
        let _ = made.keep();
    }
    with(&folder)
}

fn with(folder: &Path) -> Command {
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", folder).env("PYTHONDONTWRITEBYTECODE", "1");
    python
}
