import TestSupport
import Testing

/// What a user sees: the program itself, run against real servers.
@Suite(
    .servers, .fewAtATime,
    .enabled(if: !ScratchCluster.binFolders.isEmpty, "no PostgreSQL server programs: set DBOPS_TEST_PG"))
enum EndToEndTests {}
