#!/usr/bin/env python3
"""summarize.py INPUT.jsonl OUTPUT_FOLDER [PARTITIONS]: `digest summarize --jsonl` over a partitioned data set with Spark.

Each partition is piped through a process of its own, so the work grows with the cluster: give it a master with
`SPARK_MASTER`, and put the program `digest` on the workers' PATH (or name it in `DIGEST`). Without a master it starts a small
cluster on this machine, two workers with a core each, that listens on loopback alone.

The answers stand in OUTPUT_FOLDER/part-00000 and so on, in the order of the input: joined they are what one process gives. Needs
`pip install pyspark` and Java 17."""
import os
import shlex
import sys

os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")

from pyspark import SparkConf, SparkContext  # noqa: E402  (reads the variable above)


def main(source, target, partitions="8"):
    digest = shlex.quote(os.environ.get("DIGEST", "digest"))
    # A bad line is answered as bad and makes the exit code 1; only a higher one loses answers.
    command = f"{digest} summarize --jsonl --threads 1; test $? -le 1"
    conf = SparkConf().setAppName("digest").setMaster(os.environ.get("SPARK_MASTER", "local-cluster[2,1,1024]"))
    conf = conf.set("spark.ui.enabled", "false").set("spark.pyspark.python", sys.executable)
    with SparkContext(conf=conf) as spark:
        spark.setLogLevel("ERROR")
        lines = spark.textFile(source, int(partitions))
        lines.pipe(f"sh -c {shlex.quote(command)}", checkCode=True).saveAsTextFile(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
