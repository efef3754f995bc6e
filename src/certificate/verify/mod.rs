//! Checks a certificate without trusting whoever made it, in one pass over what it says.
//!
//! It shares with the search the meaning of a step ([`machine`](crate::machine)), of a formula ([`tla`](crate::tla)), and how a
//! packed state looks to a formula ([`model::variables`](crate::model::variables)). It uses nothing of `explore`, of
//! `cycles` or of anything else that explores, finds loops or judges fairness; a test reads the `use` lines of this folder.
//!
//! `run.rs` follows a trace or a lasso, `set.rs` checks a set of states, `ranking.rs` why nobody stays where a promise is unkept.

pub(super) mod end;
pub(super) mod fairness;
mod lasso;
pub(super) mod obligations;
mod ranking;
pub(super) mod region;
mod run;
mod set;
pub(super) mod statement;
pub(super) mod states;
pub(super) mod view;

pub use ranking::Size;
pub use set::Covered;

use std::fmt;

use super::format::{Certificate, Claim, Evidence, SCHEMA};
use super::texts::Texts;
use crate::c::library::Listing;
use crate::machine::Machine;
use crate::model::Instance;
use crate::model::properties::PropertyModule;
use crate::source::{Diagnostic, Diagnostics};
use crate::spec::Spec;
use crate::tla::EvalError;
use statement::Meant;

/// The longest text that is read.
pub const MAX_BYTES: usize = 1 << 26;

/// A claim that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The protocol.
    pub protocol: String,
    /// The scenario.
    pub scenario: String,
    /// The property.
    pub property: String,
    /// What is true of it.
    pub claim: Claim,
    /// What was looked at.
    pub looked_at: LookedAt,
}

/// What was looked at to check a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookedAt {
    /// So many steps, to a bad state or with a bad step at the end.
    Trace(usize),
    /// So many steps, and then so many in a loop; none of them there is stuttering.
    Lasso(usize, usize),
    /// All states.
    States(Covered),
}

/// Why a certificate is not accepted.
#[derive(Debug, Clone)]
pub enum Refused {
    /// It is no certificate.
    Unreadable(String),
    /// A text that it speaks of cannot be read.
    Texts(Diagnostics),
    /// It proves nothing.
    Wrong {
        /// The part that is wrong.
        at: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Checks a certificate about a protocol and a scenario of a spec.
pub fn verify(spec: &Spec, text: &str) -> Result<Verified, Refused> {
    Verifier::new(spec).map_err(Refused::Texts)?.verify(text)
}

/// Checks certificates; reads the modules once.
pub struct Verifier<'a> {
    spec: &'a Spec,
    /// Modules with properties; the first that defines one counts.
    pub modules: Vec<PropertyModule>,
    /// The listing, if it is not the spec's protocol of that name.
    pub listing: Option<Listing>,
    /// The scenario, if it is not the spec's of that name.
    pub scenario: Option<Listing>,
}

impl<'a> Verifier<'a> {
    /// For what is in a spec.
    pub fn new(spec: &'a Spec) -> Result<Self, Diagnostics> {
        Ok(Verifier {
            spec,
            modules: vec![spec.properties()?],
            listing: None,
            scenario: None,
        })
    }

    /// Checks a certificate.
    pub fn verify(&self, text: &str) -> Result<Verified, Refused> {
        let certificate = read(text)?;
        let instance = self.instance(&certificate)?;
        self.about(&instance, &certificate)
    }

    /// Checks a certificate about a protocol in a scenario that have been read already.
    pub fn about(&self, instance: &Instance, certificate: &Certificate) -> Result<Verified, Refused> {
        let Certificate {
            schema,
            protocol,
            scenario,
            property,
            verdict,
            texts,
            evidence,
        } = certificate;
        if *schema != SCHEMA {
            return Err(Refused::at("schema", format!("is {schema}; only {SCHEMA} is known")));
        }
        named("protocol", protocol, &instance.protocol)?;
        named("scenario", scenario, &instance.scenario)?;
        let machine = &instance.machine;
        let meant = Meant::find(machine, self.modules_for(machine), property)
            .ok_or_else(|| Refused::at("property", format!("there is no property `{property}`")))?;
        same_texts(texts, &Texts::of(instance, meant.module()))?;
        let looked_at = match (evidence, verdict) {
            (Evidence::Trace(steps), Claim::Violated) => {
                run::trace(machine, &meant, steps)?;
                LookedAt::Trace(steps.len())
            }
            (Evidence::Lasso { steps, loop_start }, Claim::Violated) => {
                run::lasso(machine, meant.statement, steps, *loop_start)?;
                LookedAt::Lasso(*loop_start, steps.len() - loop_start)
            }
            (Evidence::States { set, progress }, Claim::Holds) => {
                LookedAt::States(set::check(machine, &meant, set, progress)?)
            }
            (Evidence::States { .. }, Claim::Violated) => {
                return Err(Refused::at("evidence", "a set of states shows no violation"));
            }
            (_, Claim::Holds) => return Err(Refused::at("evidence", "a run does not show that a property holds")),
        };
        Ok(Verified {
            protocol: protocol.clone(),
            scenario: scenario.clone(),
            property: property.clone(),
            claim: *verdict,
            looked_at,
        })
    }

    /// The modules that say something about a program: the spec's own, the first, may be about something else.
    fn modules_for(&self, machine: &Machine) -> &[PropertyModule] {
        match self.modules.split_first() {
            Some((own, others)) if own.missing(machine).is_some() => others,
            _ => &self.modules,
        }
    }

    /// Reads the protocol and the scenario that a certificate speaks of.
    fn instance(&self, certificate: &Certificate) -> Result<Instance, Refused> {
        let one = |what: &'static str| {
            move |error: Diagnostic| {
                let own = format!("if it is one of yours, give it: `--{what} FILE.c`");
                let help = error.help.as_ref().map_or(own.clone(), |help| format!("{help}; {own}"));
                Refused::Texts(error.help(help).into())
            }
        };
        let listing = match &self.listing {
            Some(listing) => listing.clone(),
            None => self.spec.protocol(&certificate.protocol).map_err(one("listing"))?,
        };
        let scenario = match &self.scenario {
            Some(scenario) => scenario.clone(),
            None => self.spec.scenario(&certificate.scenario).map_err(one("scenario"))?,
        };
        self.spec.instance(&listing, &scenario).map_err(Refused::Texts)
    }
}

/// Reads a certificate, and judges nothing.
pub fn read(text: &str) -> Result<Certificate, Refused> {
    if text.len() > MAX_BYTES {
        return Err(Refused::Unreadable(format!(
            "no certificate is longer than {MAX_BYTES} bytes"
        )));
    }
    serde_json::from_str(text).map_err(|error| Refused::Unreadable(format!("this is no certificate: {error}")))
}

fn named(what: &str, claimed: &str, name: &str) -> Result<(), Refused> {
    if claimed == name {
        return Ok(());
    }
    Err(Refused::at(
        what,
        format!("is `{claimed}`, but the text calls itself `{name}`"),
    ))
}

fn same_texts(claimed: &Texts, texts: &Texts) -> Result<(), Refused> {
    let changed = |what: &str, help: &str| {
        let why = format!("the {what} is not the one that this certificate speaks of: its text has changed{help}");
        Err(Refused::at(format!("texts, {what}"), why))
    };
    if claimed.listing != texts.listing {
        return changed("listing", " (--listing names another)");
    }
    if claimed.scenario != texts.scenario {
        return changed("scenario", " (--scenario names another)");
    }
    if claimed.modules != texts.modules {
        return changed("modules", "");
    }
    Ok(())
}

impl Refused {
    /// Something is wrong with a part.
    pub(super) fn at(at: impl Into<String>, why: impl Into<String>) -> Self {
        Refused::Wrong {
            at: at.into(),
            why: why.into(),
        }
    }
}

impl From<Diagnostic> for Refused {
    fn from(error: Diagnostic) -> Self {
        let help = error.help.map_or(String::new(), |help| format!(": {help}"));
        Refused::at("property", error.message + &help)
    }
}

impl From<Box<EvalError>> for Refused {
    fn from(error: Box<EvalError>) -> Self {
        Diagnostic::from(error).into()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Unreadable(why) => f.write_str(why),
            Refused::Texts(errors) => f.write_str(&errors.render(false)),
            Refused::Wrong { at, why } => write!(f, "{at}: {why}"),
        }
    }
}

impl std::error::Error for Refused {}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.claim {
            Claim::Holds => "holds",
            Claim::Violated => "is violated",
        };
        write!(
            f,
            "{} in {}: {} {verdict}: ",
            self.protocol, self.scenario, self.property
        )?;
        match &self.looked_at {
            LookedAt::Trace(steps) => write!(f, "{}", counted(*steps, "step")),
            LookedAt::Lasso(steps, 0) => write!(f, "{}, and then none for ever", counted(*steps, "step")),
            LookedAt::Lasso(steps, around) => write!(f, "{}, and then {around} for ever", counted(*steps, "step")),
            LookedAt::States(covered) => {
                let how = if covered.regenerated { " (walked again)" } else { "" };
                let (states, steps) = (counted(covered.states, "state"), counted(covered.steps, "step"));
                write!(f, "{states}{how}, {steps}")?;
                for size in &covered.progress {
                    write!(f, "; {} ranked in {} classes", size.states, size.classes)?;
                }
                Ok(())
            }
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
