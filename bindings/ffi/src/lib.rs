pericard::uniffi_reexport_scaffolding!();
