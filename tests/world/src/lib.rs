//! 
uniffi::setup_scaffolding!();
