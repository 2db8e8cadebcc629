import type { ComponentType } from 'preact'
import type { Role } from '../api/standing.ts'
import type { IconName } from '../pieces/icon.tsx'

export interface PageRow {
  /** Below the console's own address; a route of wouter. */
  readonly path: string
  /** Absent: it is reached by links alone. */
  readonly icon?: IconName
  /** A key of app/text.ts. */
  readonly title:
    | 'live'
    | 'alerts'
    | 'timeline'
    | 'review'
    | 'learning'
    | 'cameras'
    | 'health'
    | 'settings'
    | 'login'
  readonly role: 'anyone' | 'viewer' | 'operator' | 'admin'
  /** Whether it shows all cameras at once: nothing for who may see some only. */
  readonly allCameras?: boolean
  /** Loaded when it is first opened. */
  readonly load: () => Promise<{ readonly Page: ComponentType }>
}

/** All pages, in the order of the navigation. */
export const pages: readonly PageRow[] = [
  {
    path: '/live/:camera?',
    icon: 'live',
    title: 'live',
    role: 'viewer',
    load: () => import('../live/live-page.tsx'),
  },
  {
    path: '/alerts/:alertId?',
    icon: 'bell',
    title: 'alerts',
    role: 'viewer',
    load: () => import('../alerts/alerts-page.tsx'),
  },
  {
    path: '/timeline/:camera?',
    icon: 'clock',
    title: 'timeline',
    role: 'viewer',
    load: () => import('../timeline/timeline-page.tsx'),
  },
  {
    path: '/review/:clip?',
    icon: 'check',
    title: 'review',
    role: 'viewer',
    load: () => import('../review/review-page.tsx'),
  },
  {
    path: '/learning/:run?',
    icon: 'learn',
    title: 'learning',
    role: 'viewer',
    allCameras: true,
    load: () => import('../learning/learning-page.tsx'),
  },
  {
    path: '/cameras/:id?',
    icon: 'camera',
    title: 'cameras',
    role: 'viewer',
    load: () => import('../cameras/cameras-page.tsx'),
  },
  {
    path: '/health',
    icon: 'pulse',
    title: 'health',
    role: 'viewer',
    load: () => import('../health/health-page.tsx'),
  },
  {
    path: '/settings/:tab?',
    icon: 'gear',
    title: 'settings',
    role: 'viewer',
    load: () => import('../settings/settings-page.tsx'),
  },
]

/** Whether somebody may open a page: what he may not has no entry, and says why where he comes by its address. */
export const mayOpen = (
  { role, allCameras = false }: Pick<PageRow, 'role' | 'allCameras'>,
  who: { readonly mayDo: (role: Role) => boolean; readonly cameras: readonly string[] | null },
): boolean => (role === 'anyone' || who.mayDo(role)) && !(allCameras && who.cameras !== null)

/** Shown in place of every page while nobody is logged in. */
export const loginPage: PageRow = {
  path: '/login',
  title: 'login',
  role: 'anyone',
  load: () => import('../login/login-page.tsx'),
}

/** The address of a page's row without its parameters. */
export const plainPath = ({ path }: PageRow): string => path.replace(/\/:.*$/, '') || '/'
