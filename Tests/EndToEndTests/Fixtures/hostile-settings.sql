-- Settings of a database that change what COPY prints, or stop long work, for every session that does not set its own.
--   psql -X -q -v ON_ERROR_STOP=1 -d DATABASE -f hostile-settings.sql
-- To compare such a database with another by stock pg_dump, set
-- PGOPTIONS='-c TimeZone=UTC -c quote_all_identifiers=off -c bytea_output=hex -c standard_conforming_strings=on': pg_dump leaves these to the server.
SELECT format('ALTER DATABASE %I SET %s', current_database(), setting) FROM unnest(ARRAY[
    'DateStyle = ''German, DMY''', 'IntervalStyle = sql_standard', 'TimeZone = ''Asia/Kathmandu''', 'extra_float_digits = -3',
    'bytea_output = escape', 'xmloption = document', 'xmlbinary = hex', 'quote_all_identifiers = on', 'array_nulls = off',
    'search_path = ''nowhere''', 'statement_timeout = ''50ms''', 'lock_timeout = ''10ms''', 'idle_in_transaction_session_timeout = ''1s''',
    'idle_session_timeout = ''1s''', 'default_transaction_isolation = serializable', 'default_transaction_read_only = on', 'default_transaction_deferrable = on',
    'synchronize_seqscans = on', 'standard_conforming_strings = off', 'escape_string_warning = on', 'row_security = off',
    'enable_tidscan = off', 'default_table_access_method = heap']) AS setting \gexec
