/** @jsxImportSource preact */
/** The language of the mails to the person. That of the pages is chosen at the top, for each browser. */
import { useId } from 'preact/hooks'
import { languageNames, locales } from '../../../lib/languages.ts'
import { useAct } from './act.ts'
import { announce } from './announce.ts'
import { type Me, me } from './me.ts'
import { Card, Trouble } from './parts.tsx'
import { say } from './texts.ts'

export function MailLanguage({ of }: { of: Me }) {
  const act = useAct()
  const id = useId()
  const choose = async (select: HTMLSelectElement) => {
    const answer = await act.send<Me>('PATCH', '/v1/me', { locale: select.value || null })
    if (answer?.ok) {
      me.value = { ...of, ...answer.body }
      announce(say('saved'))
    } else select.value = me.value?.locale ?? ''
  }
  return (
    <Card id="mail-language" title={say('mailLanguage')} text={say('mailLanguageText')}>
      <div class="field">
        <label for={id}>{say('mailLanguage')}</label>
        <select id={id} value={of.locale ?? ''} onChange={({ currentTarget }) => choose(currentTarget)}>
          <option value="">{say('mailLanguageOfPage')}</option>
          {locales.map((locale) => (
            <option key={locale} value={locale} lang={locale}>
              {languageNames[locale]}
            </option>
          ))}
        </select>
      </div>
      <Trouble problem={act.problem} />
    </Card>
  )
}
