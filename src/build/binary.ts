/**
 * `bun run build` → `dist/threeger` for this machine; `bun run build:all` → `dist/threeger-linux-x64` and `-arm64`.
 *
 * One file with everything inside: Bun, the code, the migrations (`db/migrations` as files, so that drizzle's own
 * migrator reads them as in a checkout), the files for the browser, the threads of long reads and of hashes, and the native engine.
 */
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeAssets } from './assets.ts'
import { otherRuntime, type Target, targetNamed } from './runtimes.ts'

const ROOT = join(import.meta.dir, '../..')

export interface BinaryOptions {
  /** A file that is run first, from the root of the repository. */
  entry: string
  outfile: string
  /** Another machine than this one. */
  target?: Target
}

/** Builds an executable. Throws when anything it needs is missing: a binary that lacks a part is not left behind. */
export async function buildBinary({ entry, outfile, target }: BinaryOptions): Promise<void> {
  const other = target === undefined ? undefined : await otherRuntime(target)
  const folder = mkdtempSync(join(tmpdir(), 'threeger-assets-'))
  await writeAssets(join(folder, 'assets'))
  const { success, logs, outputs } = await Bun.build({
    // The threads must be siblings of the main file, as `long-reads.ts` and `hash-threads.bun.ts` ask for them.
    entrypoints: [entry, 'db/embedded/reader-worker.ts', 'src/platform/passwords/hash-thread.bun.ts'].map((path) =>
      join(ROOT, path),
    ),
    // Parts beside the main file too: `import.meta.url` of each is that of all.
    naming: { entry: '[name].[ext]', chunk: '[name]-[hash].[ext]' },
    target: 'bun',
    // Compiled ahead, and a part at a time: what a start does not need is neither parsed nor compiled.
    format: 'esm',
    splitting: true,
    bytecode: true,
    // White space alone, as in `edge.ts`: Elysia reads the source of handlers, to see what they use and whether they wait.
    minify: { whitespace: true },
    sourcemap: 'linked',
    compile: {
      outfile,
      // In the binary they stand beside the main file: where `db/migrate.ts` and `made-assets.binary.bun.ts` look for them.
      assets: [join(ROOT, 'db/migrations'), join(folder, 'assets')],
      // A bunfig.toml in the working directory must not configure the binary.
      autoloadBunfig: false,
      ...(other && { executablePath: other.bun, target: `bun-${other.target}` as const }),
    },
    plugins: [nativeEngine(other?.engine), carriedAssets],
  })
  rmSync(folder, { recursive: true })
  // The maps are in the binary too, for its stack traces.
  for (const { kind, path } of outputs) if (kind === 'sourcemap') rmSync(path, { force: true })
  if (!success) throw new AggregateError(logs, `${entry} does not build`)
  chmodSync(outfile, 0o755)
}

/** The binary carries the files for the browser, and not the compiler that makes them. */
const carriedAssets: Bun.BunPlugin = {
  name: 'carried-assets',
  setup(build) {
    build.onResolve({ filter: /\/made-assets\.bun\.ts$/ }, () => ({
      path: join(ROOT, 'src/platform/made-assets.binary.bun.ts'),
    }))
  },
}

/** libsql asks for its native module by a name it computes. Here that becomes a literal, which the bundler can follow. */
const nativeEngine = (path = Bun.resolveSync(hostEngine(), Bun.resolveSync('libsql', ROOT))): Bun.BunPlugin => ({
  name: 'native-engine',
  setup(build) {
    build.onLoad({ filter: /node_modules\/libsql\/index\.js$/ }, async (file) => {
      const text = await Bun.file(file.path).text()
      const contents = text
        .replace(/^const \{[^}]*\} = require\("(?:@neon-rs\/load|detect-libc)"\);$/gm, '')
        .replace(
          /^function requireNative\(\) \{\n[\s\S]*?\n\}$/m,
          () => `function requireNative() { return require(${JSON.stringify(path)}) }`,
        )
      if (/neon-rs|detect-libc|\$\{target\}/.test(contents))
        throw new Error('libsql loads its native module in a new way: src/build/binary.ts has to follow')
      return { contents, loader: 'js' }
    })
  },
})

function hostEngine(): string {
  const libc = process.platform === 'linux' ? '-gnu' : process.platform === 'win32' ? '-msvc' : ''
  return `@libsql/${process.platform}-${process.arch}${libc}`
}

if (import.meta.main) {
  const wanted = process.argv.slice(2)
  for (const target of wanted.length > 0 ? wanted.map(targetNamed) : [undefined]) {
    const name = join('dist', target === undefined ? 'threeger' : `threeger-${target}`)
    const outfile = join(ROOT, name)
    await buildBinary({ entry: 'src/entries/binary.ts', outfile, ...(target !== undefined && { target }) })
    console.log(`${name}  ${(statSync(outfile).size / 1e6).toFixed(1)} MB`)
  }
}
