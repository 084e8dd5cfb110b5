//! `rolecall audit` against a real IAM server on loopback: moto's, which every test starts for itself and fills through
//! the AWS SDK. Needs `python3`, and once the network, for moto.

mod account;
mod beside;
mod command;
mod faults;
mod moto;
mod named;
mod proxy;
mod whole;

#[allow(unreachable_pub)]
#[path = "../support/python.rs"]
mod python;
