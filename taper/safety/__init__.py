"""What a clinician must know of a plan: pace, findings, withdrawal checks, equivalents, scales."""
