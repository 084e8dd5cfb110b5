//! The clients of AWS's services, with bounds on how long they wait and how often they ask again.
//!
//! Credentials, regions and endpoints are the SDK's own: profiles, SSO, web identity, processes, containers, EC2's
//! metadata, `AWS_ENDPOINT_URL_IAM` and all the rest work as in the AWS CLI.

use std::time::Duration;

use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_account as account;
use aws_sdk_iam as iam;
use aws_sdk_lambda as lambda;
use aws_sdk_organizations as organizations;

use super::Request;
use super::call::Whole;

/// IAM has one endpoint for all regions of a partition. The SDK asks for a region all the same.
const NO_REGION: &str = "us-east-1";

/// One call is made so often at most. AWS throttles GetAccountAuthorizationDetails soon.
const ATTEMPTS: u32 = 6;

pub(super) struct Clients {
    config: SdkConfig,
    pub iam: iam::Client,
    pub account: account::Client,
    pub organizations: organizations::Client,
}

impl Clients {
    pub(super) async fn configure(request: &Request) -> Clients {
        let region = request.regions.first().map(|region| Region::new(region.clone()));
        let mut configured = aws_config::default_provider::region::Builder::default();
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(profile) = &request.profile {
            configured = configured.profile_name(profile);
            loader = loader.profile_name(profile);
        }
        let region = RegionProviderChain::first_try(region).or_else(configured.build()).or_else(NO_REGION);
        if let Some(profile) = &request.profile {
            // As in the AWS CLI: a profile that is named goes before the credentials of the environment, with which
            // another account might be read than the one that was meant.
            let around = ProviderConfig::without_region().with_region(region.region().await);
            let credentials =
                ProfileFileCredentialsProvider::builder().configure(&around).profile_name(profile).build();
            loader = loader.credentials_provider(OfProfile { name: profile.clone(), credentials });
        }
        let attempt = (request.timeout / 3).max(Duration::from_secs(1)).min(request.timeout);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5).min(attempt))
            .read_timeout(attempt)
            .operation_attempt_timeout(attempt)
            .operation_timeout(request.timeout)
            .build();
        let retries = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(Duration::from_millis(300))
            .with_max_backoff(Duration::from_secs(10));
        let config = loader.region(region).timeout_config(timeouts).retry_config(retries).load().await;
        Clients {
            iam: iam::Client::from_conf(iam::config::Builder::from(&config).interceptor(Whole).build()),
            account: account::Client::from_conf(account::config::Builder::from(&config).interceptor(Whole).build()),
            organizations: organizations::Client::from_conf(
                organizations::config::Builder::from(&config).interceptor(Whole).build(),
            ),
            config,
        }
    }

    /// The region of the configuration.
    pub(super) fn region(&self) -> String {
        self.config.region().map_or(NO_REGION, Region::as_ref).to_owned()
    }

    /// Lambda of a region.
    pub(super) fn lambda(&self, region: &str) -> lambda::Client {
        let config = lambda::config::Builder::from(&self.config).region(Region::new(region.to_owned()));
        lambda::Client::from_conf(config.interceptor(Whole).build())
    }
}

/// The credentials of a profile. The SDK's own words do not say which one has none.
#[derive(Debug)]
struct OfProfile {
    name: String,
    credentials: ProfileFileCredentialsProvider,
}

impl ProvideCredentials for OfProfile {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.credentials.provide_credentials().await.map_err(|error| match error {
                CredentialsError::CredentialsNotLoaded(_) => CredentialsError::not_loaded(format!(
                    "the profile `{}` is not in the AWS CLI's configuration, or says nothing of credentials",
                    self.name
                )),
                other => other,
            })
        })
    }
}
