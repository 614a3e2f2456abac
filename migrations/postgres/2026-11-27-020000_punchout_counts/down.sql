DROP TABLE punchout_counts;
