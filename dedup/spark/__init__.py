"""The same scan on a cluster: an engine that moves Arrow batches between the stages that a local scan calls too."""
