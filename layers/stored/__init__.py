"""Layers planners put in themselves: read, loaded, shown (issue "uploaded layers"; G1, G5, D4)."""
