//! "Did you mean …?"

/// The candidate that `name` is probably a misspelling of.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.len())
        .min()
        .map(|(_, candidate)| candidate)
}

/// The same as the help text of a diagnostic, or `otherwise` when nothing is near.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    otherwise: impl Into<String>,
) -> String {
    match nearest(name, candidates) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => otherwise.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_misspelt_name_and_no_stranger() {
        let names = ["__atomic", "__acquires", "__releases"];
        assert_eq!(nearest("__atomc", names), Some("__atomic"));
        assert_eq!(nearest("__aquires", names), Some("__acquires"));
        assert_eq!(nearest("__noreturn", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("f", ["g", "ff"]), Some("ff"));
    }
}
