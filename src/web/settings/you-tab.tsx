import { api, dataOf, problemOf } from '../api/client.ts'
import { identity, logOut } from '../api/standing.ts'
import { Button } from '../pieces/button.tsx'
import { SelectField } from '../pieces/field.tsx'
import { showToast } from '../pieces/toast-list.ts'
import { type Language, language } from '../text/language.ts'
import { theme, themes } from '../text/theme.ts'
import { OwnPassword } from './own-password.tsx'
import { SessionList } from './session-list.tsx'
import { text } from './text.ts'

/** Who one is, how the page looks, password and sessions. */
export function YouTab() {
  const t = text.value
  const who = identity.value
  if (!who) return null
  const isUser = who.via === 'session'
  return (
    <div class="settings-cards">
      <section class="card settings-card">
        <h2>
          {t.signedInAs} {who.name}
        </h2>
        <dl class="settings-facts">
          <dt>{t.role}</dt>
          <dd>
            {t.roles[who.role]} <span class="soft">({t.roleHints[who.role]})</span>
          </dd>
          <dt>{t.cameras}</dt>
          <dd>{who.cameras === null ? t.allCameras : who.cameras.join(', ') || t.noCamera}</dd>
        </dl>
        {who.via !== 'session' && <p class="soft">{t.via[who.via]}</p>}
        {isUser && (
          <div class="settings-actions">
            <Button onClick={() => leave(false)}>{t.signOut}</Button>
            <Button kind="danger" onClick={() => leave(true)}>
              {t.signOutEverywhere}
            </Button>
          </div>
        )}
      </section>
      <section class="card settings-card">
        <h2>{t.appearance}</h2>
        <SelectField
          label={t.language}
          value={language.value}
          choices={[
            { value: 'en', label: 'English' },
            { value: 'zh', label: '中文' },
          ]}
          onValue={(next: Language) => {
            language.value = next
            keep(isUser, { language: next })
          }}
        />
        <SelectField
          label={t.theme}
          value={theme.value}
          choices={themes.map((value) => ({ value, label: t.themes[value] }))}
          onValue={(next) => {
            theme.value = next
            keep(isUser, { theme: next === 'auto' ? null : next })
          }}
        />
      </section>
      {isUser && <OwnPassword />}
      {isUser && <SessionList />}
    </div>
  )
}

function leave(everywhere: boolean): Promise<void> {
  return logOut(everywhere).catch((thrown) => showToast(problemOf(thrown).message, { tone: 'critical' }))
}

/** What a user chose follows him to other browsers. */
async function keep(
  isUser: boolean,
  body: { language?: Language; theme?: 'light' | 'dark' | null },
): Promise<void> {
  if (!isUser) return
  try {
    await dataOf(api.PATCH('/api/v1/me', { body }))
  } catch (thrown) {
    showToast(problemOf(thrown).message, { tone: 'critical' })
  }
}
