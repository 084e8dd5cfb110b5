//! Turns the packs that come with rolecall from TOML, which people write, into JSON, which every run reads in a tenth of
//! the time.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=rules");
    let out = env::var("OUT_DIR")?;
    for pack in ["lambda-vpc", "rolecall-audit"] {
        let file = Path::new("rules").join(pack).with_extension("toml");
        let text = fs::read_to_string(&file)?;
        let table: toml::Table = toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        fs::write(Path::new(&out).join(pack).with_extension("json"), serde_json::to_string(&table)?)?;
    }
    Ok(())
}
