"""What runs in an exported bundle, verbatim, and in the application: numpy and the server alone, no code of ours from elsewhere."""
