"""What happens to the data, for whoever keeps a record of it or has something of its own to change."""

from django.dispatch import Signal

#: Inside the transaction, with ``actor`` (Viewer), ``action`` (``resource.updated`` …), ``resource_id`` and ``details``
#: (plain values: keys of items, never addresses of persons).
resource_changed = Signal()

#: Inside the transaction, with ``actor``, ``kept_id`` and ``merged_id``: whatever hangs on the one moves to the other.
resources_merged = Signal()

#: Inside the transaction, with ``actor``, ``action`` (``field.renamed``, ``category.merged`` …), ``target`` (a model
#: instance) and ``details``.
vocabulary_changed = Signal()
