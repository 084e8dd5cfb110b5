//! What the caller knows of a deployment. In: the command line. Out: what the template's parameters and pseudo
//! parameters stand for.

/// What is known of where and how a template will be deployed.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Values of parameters by name (`--parameter`). The last of several counts.
    pub parameters: Vec<(String, String)>,
    /// `AWS::Partition`. Unknown if not given: who calls decides on a default.
    pub partition: Option<String>,
    /// `AWS::Region`.
    pub region: Option<String>,
    /// `AWS::AccountId`.
    pub account: Option<String>,
}

impl Settings {
    /// The value given for a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().rfind(|(known, _)| known == name).map(|(_, value)| &**value)
    }
}
