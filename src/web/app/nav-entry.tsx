import { Link, useRoute } from 'wouter-preact'
import { Icon } from '../pieces/icon.tsx'
import { type PageRow, plainPath } from './pages.ts'
import { text } from './text.ts'

/** The way to one page; it says whether one is there. */
export function NavEntry({ row, onGo }: { row: PageRow; onGo?: () => void }) {
  const [here] = useRoute(row.path)
  return (
    <Link
      href={plainPath(row)}
      className={here ? 'nav-entry is-here' : 'nav-entry'}
      aria-current={here ? 'page' : undefined}
      onClick={() => onGo?.()}
    >
      <Icon name={row.icon!} />
      <span class="nav-label">{text.value[row.title]}</span>
    </Link>
  )
}
