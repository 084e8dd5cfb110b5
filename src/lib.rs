//! rolecall says before a deploy whether AWS will refuse it for want of IAM permissions.
//!
//! Data flows one way, and so do imports: [`source`] (texts) → [`document`] (JSON trees) → [`policy`] (IAM's policy
//! language) → [`template`] (CloudFormation, evaluated) → [`inventory`] (principals and the policies around them) → [`evaluate`] (IAM's evaluation, for sets of
//! requests) → [`requirement`] (packs: who needs what) → [`rule`] (findings) → [`report`] (output). [`reference`] is
//! what AWS publishes. `live` (with the feature of that name) reads an account into one more text. [`cli`] stands at
//! the door and knows them all; nobody knows it.
//!
//! ```
//! use rolecall::document::Doc;
//! use rolecall::policy::{PolicyType, read};
//!
//! let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "allow", "Action": "ec2:*", "Resource": "*"}}"#;
//! let reading = read(&Doc::parse(text)?, PolicyType::Identity);
//! assert_eq!(reading.problems[0].message, "Effect must be \"Allow\" or \"Deny\", exactly so; this is `allow`");
//! # Ok::<(), rolecall::document::SyntaxError>(())
//! ```

pub mod cli;
pub mod document;
pub mod evaluate;
pub mod inventory;
#[cfg(feature = "live")]
pub mod live;
pub mod policy;
pub mod reference;
pub mod report;
pub mod requirement;
pub mod rule;
pub mod simulate;
pub mod source;
pub mod template;
