"""Controls that know no panel and no project."""
