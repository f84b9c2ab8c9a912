"""From a rule to dated steps: the ideal curve, the choice of a dose, the rows."""
