/**
 * Folds characters like the full-text tables (`remove_diacritics`), for the scripts in which most names are written.
 */

/**
 * Character ranges in GLOB syntax. For these ranges, the folding is known exactly, only ASCII signs end a word, and
 * no character is dropped or composed: ASCII, Latin with diacritics, Vietnamese, Greek, Cyrillic, Hebrew, Arabic,
 * Devanagari, Thai, kana, Han, Hangul. A text with any other character is looked up in the index.
 */
const RANGES: readonly (readonly [number, number])[] = [
  [0x01, 0x7f],
  [0xc0, 0xd6],
  [0xd8, 0xf6],
  [0xf8, 0x17e],
  [0x388, 0x38a],
  [0x38e, 0x3a1],
  [0x3a3, 0x3ce],
  [0x400, 0x45f],
  [0x5d0, 0x5ea],
  [0x621, 0x63a],
  [0x641, 0x64a],
  [0x905, 0x939],
  [0x93e, 0x94d],
  [0xe01, 0xe3a],
  [0xe40, 0xe4e],
  [0x1ea0, 0x1ef9],
  [0x3041, 0x3096],
  [0x30a1, 0x30fa],
  [0x30fc, 0x30fe],
  [0x4e00, 0x9fcc],
  [0xac00, 0xd7a3],
]

export const PLAIN = RANGES.map(([first, last]) => `${String.fromCodePoint(first)}-${String.fromCodePoint(last)}`).join(
  '',
)

export const isPlain = (character: string): boolean => {
  const point = character.codePointAt(0) ?? 0
  return RANGES.some(([first, last]) => point >= first && point <= last)
}

/** The combining marks that both tables drop. */
const DROPPED = /[\u0300-\u0304\u0306-\u030c\u030f\u0311\u031b\u0323-\u0328\u032d\u032e\u0330\u0331]/g

/**
 * Characters that are not folded to their lower case: final and long forms, symbols made of letters, and characters
 * that are not folded at all.
 */
const OTHERWISE: Readonly<Record<string, string>> = {
  ...{ ſ: 's', ẛ: 's', µ: 'μ', ς: 'σ', ϐ: 'β', ϑ: 'θ', ϕ: 'φ', ϖ: 'π', ϰ: 'κ', ϱ: 'ρ', ϵ: 'ε' },
  ...{ '\u0345': 'ι', Ǡ: 'ǡ', ǡ: 'ǡ' },
}

/** Letters with an ASCII base lose their diacritics. All other letters lose only their case: `Å` → `a`, `Й` → `й`. */
export function foldCharacter(character: string): string {
  const otherwise = OTHERWISE[character]
  if (otherwise !== undefined) return otherwise
  const base = character.normalize('NFD').replace(DROPPED, '').toLowerCase()
  return /^\p{ASCII}$/u.test(base) ? base : character.toLowerCase()
}

/** The text as the tables fold it. Characters that are not in `PLAIN` may differ from the tables. */
export const foldText = (text: string): string => [...text.replaceAll(DROPPED, '')].map(foldCharacter).join('')

let variants: ReadonlyMap<string, readonly string[]> | undefined

/** All characters of `PLAIN` that fold to this one. */
export function variantsOf(folded: string): readonly string[] {
  variants ??= variantsOfAlphabets()
  return variants.get(folded) ?? [folded]
}

/**
 * The variants for the alphabets that have case or diacritics, some 700 characters. They are computed at the first
 * search.
 */
function variantsOfAlphabets(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [first, last] of RANGES) {
    if (first > 0x400 && first !== 0x1ea0) continue
    for (let point = first; point <= last; point++) {
      const character = String.fromCodePoint(point)
      const folded = foldCharacter(character)
      found.set(folded, [...(found.get(folded) ?? []), character])
    }
  }
  return found
}
