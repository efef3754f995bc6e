//! Certificates for tests: made of built-in pairs, taken apart and put together otherwise.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use oomspec::certificate::Maker;
use oomspec::certificate::format::{Certificate, Claim};
use oomspec::certificate::verify::{Refused, Verifier, read};
use oomspec::check::{Finding, Verdict, findings};
use oomspec::explore::Graph;
use oomspec::model::Instance;

use super::Judge;

/// The certificates of a protocol in a scenario, by property, and why there is none for the others.
pub struct Made {
    pub instance: Instance,
    pub graph: Graph,
    pub findings: Vec<Finding>,
    pub certificates: BTreeMap<String, Certificate>,
    pub refused: BTreeMap<String, String>,
}

pub fn made(verifier: &Verifier, instance: Instance) -> Made {
    let graph = super::graph(&instance, 1);
    let findings = findings(&instance, &graph, &verifier.modules, &[]).expect("verdicts");
    let (mut certificates, mut refused) = (BTreeMap::new(), BTreeMap::new());
    let maker = Maker::new(&instance, &verifier.modules, &graph);
    for finding in &findings {
        let name = finding.property.name.clone();
        match maker.certificate(finding) {
            Ok(certificate) => drop(certificates.insert(name, certificate)),
            Err(error) => drop(refused.insert(name, error.message)),
        }
    }
    Made {
        graph,
        findings,
        certificates,
        refused,
        instance,
    }
}

/// A built-in pair.
pub fn built_in(protocol: &str, scenario: &str) -> (Verifier<'static>, Made) {
    let judge: &'static Judge = Box::leak(Box::new(Judge::builtin()));
    let verifier = Verifier::new(&judge.spec).expect("the modules");
    let made = made(&verifier, judge.instance(protocol, scenario));
    (verifier, made)
}

impl Made {
    pub fn of(&self, property: &str) -> Certificate {
        self.certificates
            .get(property)
            .unwrap_or_else(|| panic!("no certificate: {:?}", self.refused))
            .clone()
    }

    pub fn verdict(&self, property: &str) -> Verdict {
        let mut findings = self.findings.iter();
        let finding = findings.find(|finding| finding.property.name == property);
        finding.expect("a property").verdict
    }

    /// Each certificate is read back and accepted, and claims what was found.
    pub fn verify_all(&self, verifier: &Verifier) {
        let pair = format!("{} in {}", self.instance.protocol, self.instance.scenario);
        for finding in &self.findings {
            let name = &finding.property.name;
            let Some(certificate) = self.certificates.get(name) else {
                assert_eq!(
                    finding.verdict,
                    Verdict::NotApplicable,
                    "{pair}: {}",
                    self.refused[name]
                );
                continue;
            };
            let text = certificate.to_json();
            let again = read(&text).expect("a certificate");
            assert_eq!(again, *certificate);
            let verified = verifier
                .about(&self.instance, &again)
                .unwrap_or_else(|why| panic!("{pair}: {name}: {why}"));
            let expected = match finding.verdict {
                Verdict::Violated => Claim::Violated,
                _ => Claim::Holds,
            };
            assert_eq!(verified.claim, expected, "{pair}: {name}");
        }
    }
}

/// Why a certificate about a protocol in a scenario is refused.
pub fn refusal(verifier: &Verifier, made: &Made, certificate: &Certificate) -> String {
    let again = read(&certificate.to_json()).expect("a certificate");
    match verifier.about(&made.instance, &again) {
        Ok(verified) => panic!("accepted: {verified}"),
        Err(Refused::Wrong { at, why }) => format!("{at}: {why}"),
        Err(other) => panic!("{other}"),
    }
}

/// The states of a set, packed as the format has it: sorted, column by column, zlib, base64.
pub fn packed(states: &[&[u64]]) -> String {
    let words = states.first().map_or(0, |state| state.len());
    let columns = (0..words * 8).flat_map(|column| {
        let byte = move |state: &&[u64]| state[column / 8].to_be_bytes()[column % 8];
        states.iter().map(byte)
    });
    let bytes: Vec<u8> = columns.collect();
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&bytes).expect("memory");
    STANDARD.encode(encoder.finish().expect("memory"))
}

/// The numbers behind packed ranks, and back.
pub fn ranks(text: &str, count: usize) -> Vec<u64> {
    let bytes = STANDARD.decode(text).expect("base64");
    let mut unpacked = Vec::new();
    ZlibDecoder::new(&bytes[..]).read_to_end(&mut unpacked).expect("zlib");
    let byte = |row: usize, column: usize| u64::from(unpacked[column * count + row]);
    (0..count)
        .map(|row| (0..8).fold(0, |number, column| number << 8 | byte(row, column)))
        .collect()
}
