import { useSignal } from '@preact/signals'
import { Link, useLocation } from 'wouter-preact'
import { problemOf } from '../api/client.ts'
import { mayDo } from '../api/standing.ts'
import { Badge } from '../pieces/badge.tsx'
import { Button } from '../pieces/button.tsx'
import { CameraBadge } from '../pieces/camera-badge.tsx'
import { Tabs } from '../pieces/tabs.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { formatDateTime, formatTime } from '../text/format.ts'
import { statusReason } from '../text/status-reason.ts'
import { type Camera, command, mayEdit, type SiteConfig } from './camera-store.ts'
import { ChangeDialog } from './change-dialog.tsx'
import { type EditWish, removal } from './edits.ts'
import { MuteDialog } from './mute-dialog.tsx'
import { PlacesTab } from './places/places-tab.tsx'
import { SettingsForm } from './settings/settings-form.tsx'
import { text } from './text.ts'
import { unsaved } from './unsaved.ts'

/** One camera: how it is, what is drawn and watched on it, and its settings. */
export function CameraView({ camera, site }: { camera: Camera; site: SiteConfig }) {
  const t = text.value
  const tab = useSignal<'places' | 'settings'>('places')
  const removing = useSignal<EditWish | null>(null)
  const muting = useSignal(false)
  const [, go] = useLocation()
  const { id, paused, status, mutedUntil } = camera
  const run = (what: Parameters<typeof command>[1], said: string) =>
    command(id, what).then(
      () => showToast(said, { tone: 'good' }),
      (thrown) => showToast(problemOf(thrown).message, { tone: 'critical' }),
    )
  return (
    <>
      <header class="page-head">
        <Link href="/cameras" className="head-back">
          {t.title}
        </Link>
        <h1>{id}</h1>
        <CameraBadge camera={camera} />
        {mutedUntil && <Badge tone="warning">{t.mutedUntil(formatTime(mutedUntil))}</Badge>}
        {unsaved.value.has(id) && <Badge tone="warning">{t.unsaved}</Badge>}
        <span class="head-gap" />
        {mayDo('operator') && (
          <>
            {paused ? (
              <Button icon="play" onClick={() => run('resume', t.resumed(id))}>
                {t.resume}
              </Button>
            ) : (
              <Button icon="pause" onClick={() => run('pause', t.pausedNow(id))}>
                {t.pause}
              </Button>
            )}
            {mutedUntil ? (
              <Button icon="mute" pressed onClick={() => run('unmute', t.unmuted(id))}>
                {t.unmute}
              </Button>
            ) : (
              <Button
                icon="mute"
                onClick={() => {
                  muting.value = true
                }}
              >
                {t.mute}
              </Button>
            )}
          </>
        )}
        {mayEdit() && (
          <Button
            kind="danger"
            icon="trash"
            onClick={() => {
              removing.value = { edits: [...removal(id, site.behaviours.rules)] }
            }}
          >
            {t.remove}
          </Button>
        )}
      </header>
      <div class="page-body">
        <p class="soft camera-why">
          {paused ? t.pausedWhy : status ? statusReason(status.reason) : t.connectingWhy}
          {status && !paused && ` · ${t.since(formatDateTime(status.since))}`}
          {status?.code && ` · ${status.code}`}
        </p>
        <Tabs
          label={t.camera}
          tabs={[
            { id: 'places', title: t.placesAndRules },
            ...(mayEdit() ? [{ id: 'settings' as const, title: t.settings }] : []),
          ]}
          chosen={tab.value}
          onChoose={(chosen) => {
            tab.value = chosen
          }}
        >
          {tab.value === 'places' ? (
            <PlacesTab camera={camera} site={site} />
          ) : (
            <SettingsForm camera={camera} site={site} />
          )}
        </Tabs>
      </div>
      <MuteDialog
        open={muting.value}
        id={id}
        onClose={() => {
          muting.value = false
        }}
        onMute={(minutes) => {
          muting.value = false
          void run({ muteMinutes: minutes }, t.mutedNow(id))
        }}
      />
      <ChangeDialog
        wish={removing.value}
        title={t.removeTitle(id)}
        confirm={t.remove}
        danger
        onClose={() => {
          removing.value = null
        }}
        onDone={() => {
          removing.value = null
          go('/cameras')
        }}
      />
    </>
  )
}
