import { useSignal } from '@preact/signals'
import { Link } from 'wouter-preact'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { CameraBadge } from '../pieces/camera-badge.tsx'
import { shownState } from '../pieces/camera-state.ts'
import { EmptyState } from '../pieces/empty-state.tsx'
import { SelectField } from '../pieces/field.tsx'
import { formatTime } from '../text/format.ts'
import { statusReason } from '../text/status-reason.ts'
import { AddCamera } from './add/add-camera.tsx'
import { type Camera, groupNames, mayEdit } from './camera-store.ts'
import { Still } from './still.tsx'
import { text } from './text.ts'
import { unsaved } from './unsaved.ts'

/** Every camera with its picture and how it is. */
export function CameraList({ cameras }: { cameras: readonly Camera[] }) {
  const t = text.value
  const adding = useSignal(false)
  const group = useSignal('')
  const groups = groupNames(cameras)
  const shown = cameras.filter(({ config }) => group.value === '' || config.groups?.includes(group.value))
  const wrong = cameras.filter((camera) => !['live', 'paused'].includes(shownState(camera))).length
  const add = () => {
    adding.value = true
  }
  return (
    <>
      <header class="page-head">
        <h1>{t.title}</h1>
        {cameras.length > 0 && (
          <span class="soft numbers">
            {wrong === 0 ? t.count(cameras.length) : t.countWrong(cameras.length, wrong)}
          </span>
        )}
        <span class="head-gap" />
        {groups.length > 0 && (
          <div class="camera-group">
            <SelectField
              label={t.group}
              value={group.value}
              choices={[
                { value: '', label: t.allGroups },
                ...groups.map((name) => ({ value: name, label: name })),
              ]}
              onValue={(value) => {
                group.value = value
              }}
            />
          </div>
        )}
        {mayEdit() && (
          <Button kind="primary" icon="plus" onClick={add}>
            {t.add}
          </Button>
        )}
      </header>
      <div class="page-body">
        {cameras.length === 0 && (
          <EmptyState title={t.none}>
            {mayEdit() && (
              <Button icon="plus" onClick={add}>
                {t.add}
              </Button>
            )}
          </EmptyState>
        )}
        <ul class="camera-cards">
          {shown.map((camera) => (
            <CameraCard key={camera.id} camera={camera} />
          ))}
        </ul>
      </div>
      <AddCamera
        open={adding.value}
        taken={cameras.map(({ id }) => id)}
        onClose={() => {
          adding.value = false
        }}
      />
    </>
  )
}

function CameraCard({ camera }: { camera: Camera }) {
  const t = text.value
  const { id, paused, status, mutedUntil, config } = camera
  return (
    <li>
      <Link href={`/cameras/${id}`} className="camera-card">
        <Still id={id} alt={t.stillOf(id)} on={!paused && status?.state === 'live'} />
        <span class="camera-card-text">
          <span class="camera-card-head">
            <strong>{id}</strong>
            <CameraBadge camera={camera} />
          </span>
          <span class="camera-card-why soft">
            {paused ? t.pausedWhy : status ? statusReason(status.reason) : t.connectingWhy}
          </span>
          <span class="camera-card-tags">
            {unsaved.value.has(id) && <Badge tone="warning">{t.unsaved}</Badge>}
            {mutedUntil && <Badge tone="warning">{t.mutedUntil(formatTime(mutedUntil))}</Badge>}
            {config.groups?.map((name) => (
              <Badge key={name}>{name}</Badge>
            ))}
          </span>
        </span>
      </Link>
    </li>
  )
}
