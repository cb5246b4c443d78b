"""Pages that nobody ever saved, in the formats that people save: a module a site, its PAGES by name."""
