import { afterAll, describe, expect, test } from 'bun:test'
import type { Org } from '../../src/modules/orgs/schema.ts'
import { cleanUp, environment, newFolder, startServer } from '../process/support/server.ts'
import { runCli } from './support/in-process.ts'

afterAll(cleanUp)

for (const mode of ['through the running server', 'without a server'] as const)
  describe(mode, () => {
    const env = environment(newFolder())
    const cli = (words: string) => runCli(words.split(' '), env)
    const orgs = (stdout: string): Org[] =>
      stdout
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Org) // `orgs list --json` prints one Org a line

    test('organisations are created, listed, shown, deleted and restored, and get members', async () => {
      const server = mode === 'without a server' ? undefined : await startServer(env)
      for (const name of ['ada', 'bob']) expect((await cli(`users create --email ${name}@example.com`)).code).toBe(0)

      const created = await cli('orgs create --name Acme --owner ada@example.com --json')
      expect(created).toMatchObject({ code: 0, stderr: '' })
      const { id } = JSON.parse(created.stdout) as Org
      expect((await cli('orgs create --name Beta --slug beta --owner ada@example.com')).stdout).toMatch(
        /^Created beta \(org_[0-9a-f]{32}\)\.\n$/,
      )
      expect((await cli('orgs create --name Other --slug beta --owner ada@example.com')).stderr).toContain(
        'Another organisation has this slug.',
      )
      expect((await cli(`orgs create --name X --owner usr_${'0'.repeat(32)}`)).stderr).toContain(
        'The user does not exist.',
      )
      expect(orgs((await cli('orgs list --json')).stdout).map(({ slug }) => slug)).toEqual(['beta', 'acme'])
      expect((await cli('orgs list --q ac --limit 1')).stdout).toMatch(/^org_\w+\tacme\tAcme\t\S+Z\t\n$/)

      expect((await cli('orgs add-member acme bob@example.com --role member,admin')).stdout).toMatch(
        /^Added bob@example.com \(usr_\w+\), roles: admin, member\.\n$/,
      )
      expect((await cli('orgs add-member acme bob@example.com')).stderr).toContain('is a member already')
      expect((await cli('orgs add-member beta bob@example.com --role nonsense')).stderr).toContain('no such role')
      const shown = await cli('orgs show acme')
      expect(shown.stdout).toContain(`Id:       ${id}\nName:     Acme\nSlug:     acme\n`)
      expect(shown.stdout.match(/^Member: /gm)).toHaveLength(2)

      expect((await cli('orgs delete acme')).stdout).toContain(`Deleted acme (${id})`)
      expect((await cli('orgs delete acme')).stderr).toContain('The organisation does not exist.')
      expect(orgs((await cli('orgs list --q acme --json')).stdout)[0]?.deletedAt).toBeString()
      expect((await cli(`orgs restore ${id}`)).stdout).toBe(`Restored acme (${id}).\n`)
      expect((await cli('orgs show nonsense')).code).toBe(1)
      if (server) expect(await server.stop()).toBe(0)
    }, 300_000)
  })
