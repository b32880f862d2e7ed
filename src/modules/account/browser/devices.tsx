/** @jsxImportSource preact */
/** The devices that need no second factor. */
import { list, useList } from './lists.ts'
import { readFactors } from './me.ts'
import { askBefore, Button, Card, Items, Row } from './parts.tsx'
import { ago, date, say } from './texts.ts'

interface Device {
  id: string
  device: string
  address: string | null
  lastUsedAt: string
  expiresAt: string
}

const PATH = '/v1/me/mfa/devices'
const devices = list<Device>(PATH)
const readAgain = () => Promise.all([devices.read(), readFactors()])

export function Devices() {
  useList(devices)
  const forget = ({ id, device }: Device) =>
    askBefore({
      title: say('deviceForgetTitle', { name: device }),
      text: say('deviceForgotten'),
      label: say('deviceForget'),
      path: `${PATH}/${id}`,
      done: say('deviceForgotten'),
      after: readAgain,
      home: 'devices',
    })
  const forgetAll = () =>
    askBefore({
      title: say('devicesForgetAllTitle'),
      text: say('devicesForgetAllText'),
      label: say('devicesForgetAll'),
      path: PATH,
      done: say('devicesForgotten'),
      after: readAgain,
      home: 'devices',
    })
  return (
    <Card
      id="devices"
      title={say('devices')}
      text={say('devicesText')}
      action={(devices.items.value?.length ?? 0) > 1 && <Button onPress={forgetAll}>{say('devicesForgetAll')}</Button>}
    >
      <Items of={devices} none={say('devicesNone')}>
        {(device) => (
          <Row
            key={device.id}
            title={device.device}
            lines={[
              device.address ?? say('sessionUnknownPlace'),
              say('lastUsed', { date: ago(device.lastUsedAt) }),
              say('deviceUntil', { date: date(device.expiresAt) }),
            ]}
            actions={
              <Button about={device.device} onPress={() => forget(device)}>
                {say('deviceForget')}
              </Button>
            }
          />
        )}
      </Items>
    </Card>
  )
}
