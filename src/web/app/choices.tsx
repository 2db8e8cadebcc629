import { Icon } from '../pieces/icon.tsx'
import { language } from '../text/language.ts'
import { theme, themes } from '../text/theme.ts'
import { text } from './text.ts'

/** Colours and language, one press each. */
export function Choices() {
  const t = text.value
  const names = { auto: t.themeAuto, light: t.themeLight, dark: t.themeDark }
  const icons = { auto: 'contrast', light: 'sun', dark: 'moon' } as const
  const turn = () => {
    theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!
  }
  return (
    <div class="nav-choices">
      <button type="button" class="nav-entry" onClick={turn} title={`${t.theme}: ${names[theme.value]}`}>
        <Icon name={icons[theme.value]} />
        <span class="nav-label">{names[theme.value]}</span>
      </button>
      <button
        type="button"
        class="nav-entry"
        lang={language.value === 'zh' ? 'en' : 'zh-CN'}
        onClick={() => {
          language.value = language.value === 'zh' ? 'en' : 'zh'
        }}
        title={t.language}
      >
        <Icon name="language" />
        <span class="nav-label">{language.value === 'zh' ? 'English' : '中文'}</span>
      </button>
    </div>
  )
}
