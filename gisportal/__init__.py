"""The portal: pages, accounts, protocols."""

__version__ = "0.1.0"
