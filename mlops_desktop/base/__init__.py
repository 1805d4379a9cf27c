"""The contracts that all packages share: errors, jobs, parameters, components and their families."""
