"""An E-utilities endpoint on loopback, for trying, teaching and testing."""
