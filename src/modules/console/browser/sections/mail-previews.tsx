/** @jsxImportSource preact */
/** Each mail that the server sends, with sample data, in each language. */
import { AsCommand } from '../../../../browser/as-command.tsx'
import { Details } from '../../../../browser/detail.tsx'
import { Heading } from '../../../../browser/heading.tsx'
import { useLoaded } from '../../../../browser/loaded.ts'
import { queryValue, setQuery } from '../../../../browser/navigation.ts'
import { Scroll } from '../../../../browser/scroll.tsx'
import { FilterSelect } from '../../../../browser/search-box.tsx'
import { Waiting } from '../../../../browser/waiting.tsx'
import { languageNames, locales } from '../../../../lib/languages.ts'
import type { SectionProps } from '../sections.ts'

interface Letters {
  items: readonly { letter: string; feature: string; subject: string }[]
}

interface Preview {
  letter: string
  from: string
  subject: string
  text: string
}

export default ({ path: [letter] }: SectionProps) =>
  letter === undefined ? <LetterList /> : <LetterPage key={letter} letter={letter} />

function LetterList() {
  const letters = useLoaded<Letters>('/v1/mail-previews')
  return (
    <>
      <Heading
        title="Mail previews"
        lead="Every mail that the server sends, with sample data. Nothing is sent from here."
      />
      {letters.value === undefined ? (
        <Waiting of={letters} />
      ) : (
        <ul class="items card">
          {letters.value.items.map(({ letter, feature, subject }) => (
            <li key={letter}>
              <div>
                <a href={`/console/mail-previews/${letter}`}>
                  <strong>{subject}</strong>
                </a>
                <p class="soft">
                  <code>{letter}</code> · {feature}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
      <AsCommand call={{ method: 'GET', path: '/v1/mail-previews' }} />
    </>
  )
}

function LetterPage({ letter }: { letter: string }) {
  const asked = queryValue('lang')
  const lang = locales.find((locale) => locale === asked) ?? 'en'
  const path = `/v1/mail-previews/${encodeURIComponent(letter)}?lang=${lang}`
  const preview = useLoaded<Preview>(path)
  const mail = preview.value
  return (
    <>
      <Heading title={letter} back={{ href: '/console/mail-previews', label: 'Mail previews' }}>
        {mail && (
          <a class="button" href={path.replace('?', '/html?')} target="_blank" rel="noreferrer">
            Open as a mail program shows it
          </a>
        )}
      </Heading>
      <div class="toolbar">
        <FilterSelect
          label="Language"
          value={lang}
          options={locales.map((locale) => [locale, languageNames[locale]] as const)}
          onValue={(value) => setQuery({ lang: value === 'en' ? '' : value })}
        />
      </div>
      {mail === undefined ? (
        <Waiting of={preview} />
      ) : (
        <div class="card" lang={lang}>
          <Details
            items={[
              ['Subject', <strong key="subject">{mail.subject}</strong>],
              ['From', mail.from],
            ]}
          />
          <Scroll label="The text of the mail">{mail.text}</Scroll>
        </div>
      )}
      <AsCommand call={{ method: 'GET', path }} />
    </>
  )
}
