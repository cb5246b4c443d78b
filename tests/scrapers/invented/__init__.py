"""Pages that no site ever served, in the formats that sites serve: a module a site, its CASES by name."""
