/**
 * `bun run lookalikes`: writes the table of letters that look alike (UTS 39, confusables.txt), for the characters that a
 * username can have, and for their capitals, which names of organisations have. The data is in a library that only this command loads. A test keeps the table up to date.
 */
import { join } from 'node:path'
import data from 'unhomoglyph/data.json' with { type: 'json' }
import { usernameLetters } from '../modules/users/username-letters.ts'

/** Pairs of a character and what it looks like. The characters are in the decomposed form in which a skeleton is made. */
export function lookalikes(): [character: string, prototype: string][] {
  const prototypes: Readonly<Record<string, string>> = data
  const characters = [...'0123456789._-', ...usernameLetters()].flatMap((letter) => [
    ...`${letter}${letter.toUpperCase()}`.normalize('NFD'),
  ])
  return [...new Set(characters)]
    .sort()
    .map((character): [string, string] => [character, prototypes[character] ?? character])
    .filter(([character, prototype]) => character !== prototype)
}

/** One text: each pair, then a blank. */
export const lookalikesText = (): string =>
  lookalikes()
    .map(([character, prototype]) => character + prototype)
    .join(' ')

if (import.meta.main) {
  const file = join(import.meta.dir, '../modules/users/lookalikes.generated.ts')
  const text = JSON.stringify(lookalikesText()).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  await Bun.write(
    file,
    `/** Written by \`bun run lookalikes\` from confusables.txt of Unicode 13 (UTS 39), © Unicode, Inc., Unicode License. Do not edit it by hand. */
const PAIRS = ${text}

/** What a character looks like, if that is another text. */
export const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  PAIRS.split(' ').map((pair) => {
    const [character = ''] = pair
    return [character, pair.slice(character.length)]
  }),
)
`,
  )
  await Bun.spawn(['bunx', 'biome', 'format', '--write', file], { stdout: 'ignore' }).exited
  console.log(`${file}  ${lookalikes().length} characters`)
}
