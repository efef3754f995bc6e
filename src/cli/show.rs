//! `oomspec show`: a protocol as one listing, to read or to start a patch from.

use oomspec::spec::Spec;

/// Print a protocol as one self-contained listing
///
/// Every function stands with the file it comes from. Save it, change it as your patch does, and give it to `oomspec check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A protocol (see `oomspec list`), or a listing of yours
    protocol: String,
}

/// Prints the listing.
pub fn run(spec: &Spec, args: &Args) -> Result<u8, super::Failure> {
    let listing = super::inputs::listing(spec, &args.protocol)?;
    super::print(&spec.flatten(&listing)?)?;
    Ok(super::exit::FINE)
}
