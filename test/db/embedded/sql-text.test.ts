import { expect, test } from 'bun:test'
import { readSqlText } from '../../../db/embedded/sql-text.ts'

test('only a statement that certainly reads goes to the reader', () => {
  const kinds: [string, string][] = [
    ['SELECT 1', 'read'],
    ['  /* c */ -- x\n select * from t', 'read'],
    ['VALUES (1)', 'read'],
    ['WITH a AS (SELECT 1) SELECT * FROM a', 'read'],
    ['EXPLAIN QUERY PLAN DELETE FROM t', 'read'],
    ['SELECT "update", [delete], `insert`, \'replace\' FROM t', 'read'],
    ['SELECT updated_at, deleted FROM t', 'read'],
    ['WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a', 'write'],
    ['WITH a AS (SELECT 1) DELETE FROM t RETURNING id', 'write'],
    ["SELECT replace(v, 'a', 'b') FROM t", 'write'],
    ['INSERT INTO t VALUES (1) RETURNING id', 'write'],
    ['CREATE TABLE t (id)', 'write'],
    ['nonsense', 'write'],
    ['', 'write'],
    ['PRAGMA foreign_keys', 'bare'],
    ['VACUUM', 'bare'],
    ['BEGIN', 'bare'],
    ['SELECT changes()', 'bare'],
    ['SELECT last_insert_rowid()', 'bare'],
  ]
  for (const [sql, kind] of kinds) expect({ sql, kind: readSqlText(sql).kind as string }).toEqual({ sql, kind })
})

test('parameters are counted as SQLite counts them', () => {
  const counts: [string, number, string[]][] = [
    ['SELECT 1', 0, []],
    ['SELECT ?, ?', 2, []],
    ['SELECT ?5, ?', 6, []],
    ['SELECT ?2, ?1, ?2', 2, []],
    ['SELECT :a, :a, @a, $a', 3, ['a', 'a', 'a']],
    ['SELECT $1, $2', 2, ['1', '2']],
    ["SELECT '?', \"?\", [?], `?`, 'it''s ?' -- ?\n/* ? */, ?", 1, []],
    ["SELECT json_extract(v, '$.a'), v ->> '$.b' FROM t WHERE id = ?", 1, []],
    ["SELECT x'00', 1e5, 0x1F, ?", 1, []],
    ["SELECT ? 'unterminated ?", 1, []],
    ['SELECT ? /* unterminated ?', 1, []],
  ]
  for (const [sql, count, names] of counts) {
    const { parameterCount, parameterNames } = readSqlText(sql)
    expect({ sql, parameterCount, names: [...parameterNames] }).toEqual({ sql, parameterCount: count, names })
  }
})
