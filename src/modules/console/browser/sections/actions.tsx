/** @jsxImportSource preact */
import { Heading } from '../../../../browser/heading.tsx'
import { openItem } from '../item.tsx'
import { Actions } from './actions/list.tsx'
import { OneAction } from './actions/one-action.tsx'

export default function ActionsSection() {
  const item = openItem()
  return (
    <>
      <Heading
        title="Actions"
        lead="Programs of yours that are asked before an account is made or a token is issued. They allow it or deny it."
      />
      {item === '' ? <Actions /> : <OneAction key={item} id={item} />}
    </>
  )
}
