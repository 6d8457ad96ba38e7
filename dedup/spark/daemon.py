"""The process of an executor that its Python workers are forked from: it has loaded the stages, which they share."""

from __future__ import annotations

import dedup.spark.stages  # noqa: F401


def main() -> None:
    """Serve Spark, as its own `pyspark.daemon` does."""
    from pyspark.daemon import manager

    manager()


if __name__ == "__main__":
    main()
