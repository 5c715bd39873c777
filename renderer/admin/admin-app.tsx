import { useEffect, useRef } from 'preact/hooks'
import { pageTimers } from '../connection/page-connection.ts'
import { useEverySecond } from '../shared/every-second.ts'
import { Icon } from '../shared/icons.tsx'
import { SignIn } from '../shared/sign-in.tsx'
import { translate } from '../text/translate.ts'
import { wordOf } from '../text/words.ts'
import { ActDesk } from './act-form.tsx'
import { type AdminAppProps, AdminKeyBar } from './admin-key-bar.tsx'
import type { AdminState, Section } from './admin-types.ts'
import { Certificates } from './certificates.tsx'
import { type Concern, concernsOf } from './facts.ts'
import { GrantSection } from './grant.tsx'
import { Interfaces } from './interfaces.tsx'
import { Limits } from './limits.tsx'
import { Log } from './log.tsx'
import { Measures } from './measures.tsx'
import { Navigation } from './navigation.tsx'
import { Overview, Verdict } from './overview.tsx'
import { PlaceAndTime } from './place.tsx'
import type { SectionProps } from './section.tsx'

/** The last seconds before the page locks itself, which it tells. */
const TOLD_MS = 20_000

/** The admin screen. Without anybody signed in there is nothing of the terminal in it. */
export function AdminApp({ state, control, settle }: AdminAppProps) {
  const { language, signedIn } = state
  return (
    <div class="admin">
      <header class="top-bar">
        <p class="store">
          <strong>{state.view?.terminal.store ?? translate(language, 'admin.title')}</strong>
          <span>{state.view?.terminal.id}</span>
        </p>
        {signedIn !== undefined && <Session state={state} />}
      </header>
      {signedIn === undefined ? (
        <Door state={state} control={control} />
      ) : (
        <Desk state={state} control={control} />
      )}
      <AdminKeyBar state={state} control={control} settle={settle} />
    </div>
  )
}

/** Who is signed in; in the last seconds also that the page is about to lock itself. */
function Session({ state }: { readonly state: AdminState }) {
  const { language, signedIn, lockAtMs } = state
  useEverySecond(true)
  const leftMs = lockAtMs - pageTimers.nowMs()
  const seconds = Math.max(0, Math.ceil(leftMs / 1_000))
  return (
    <p class="session">
      <span class="session-lock" role="timer">
        {leftMs <= TOLD_MS && translate(language, 'admin.locks_in', { seconds })}
      </span>
      <strong>{signedIn?.name}</strong>
      <span>{wordOf(language, 'role', signedIn?.role ?? '')}</span>
    </p>
  )
}

type PartProps = Omit<AdminAppProps, 'settle'>

/** Name and PIN, or how to add the first operator. */
function Door({ state, control }: PartProps) {
  const { language, signIn, link } = state
  const isEmpty = signIn.operators?.length === 0
  const title = isEmpty ? 'sign_in.nobody' : 'sign_in.title'
  return (
    <main class="door">
      <h1>{translate(language, title)}</h1>
      {link !== 'open' && <p role="status">{translate(language, 'link.connecting')}</p>}
      {isEmpty && <Nobody state={state} />}
      {!isEmpty && signIn.operators === undefined && link === 'open' && (
        <p role="status">{signIn.remark?.[language] ?? translate(language, 'sign_in.reading')}</p>
      )}
      {!isEmpty && signIn.operators !== undefined && (
        <SignIn
          state={signIn}
          language={language}
          choose={(name) => control.dispatch({ kind: 'choose', name })}
          signIn={(pin) => control.dispatch({ kind: 'sign_in', pin })}
        />
      )}
    </main>
  )
}

/** How the first operator comes in; in both languages, because nobody has chosen one yet. */
function Nobody({ state }: { readonly state: AdminState }) {
  const other = state.language === 'en' ? 'zh-CN' : 'en'
  return (
    <>
      <p class="door-what">{translate(state.language, 'sign_in.nobody.action')}</p>
      <p>
        <code class="door-command">
          guitai operator add --config FILE --name NAME --role installer
        </code>
      </p>
      <p class="door-other" lang={other}>
        {translate(other, 'sign_in.nobody')}. {translate(other, 'sign_in.nobody.action')}
      </p>
    </>
  )
}

const SECTION_VIEWS: {
  readonly [section in Section]: (props: SectionProps) => preact.JSX.Element
} = {
  overview: Overview,
  measures: Measures,
  interfaces: Interfaces,
  limits: Limits,
  grant: GrantSection,
  certificates: Certificates,
  place: PlaceAndTime,
  log: Log,
}

/** The sections beside the one that is open. */
function Desk({ state, control }: PartProps) {
  const { language, view, section, form } = state
  useEverySecond(view !== undefined)
  if (view === undefined) {
    return (
      <main class="admin-main">
        <h1>{translate(language, 'admin.reading')}</h1>
        <AdminRemark state={state} />
      </main>
    )
  }
  const nowMs = view.atMs + Math.max(0, pageTimers.nowMs() - state.viewedAtMs)
  const concerns: readonly Concern[] = concernsOf(view, language, nowMs)
  const given: SectionProps = { state, view, language, nowMs, concerns, control }
  const View = SECTION_VIEWS[section]
  return (
    <>
      <Navigation {...given} />
      <main class="admin-main">
        {section !== 'overview' && form === undefined && <Verdict {...given} isSmall />}
        <section
          class="admin-section"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a long section is scrolled by keyboard
          tabIndex={0}
          aria-label={translate(language, `section.${section}`)}
          data-section={section}
          key={`${section} ${form?.act ?? ''}`}
        >
          {form === undefined ? (
            <>
              <SectionHead state={state} />
              <View {...given} />
            </>
          ) : (
            <ActDesk {...given} form={form} />
          )}
        </section>
        <AdminRemark state={state} />
      </main>
    </>
  )
}

/** The heading takes the focus, so that a section is read out when it opens. */
function SectionHead({ state }: { readonly state: AdminState }) {
  const { language, section } = state
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => head.current?.focus(), [])
  return (
    <h1 ref={head} tabIndex={-1} class="section-head">
      {translate(language, `section.${section}`)}
    </h1>
  )
}

/** One remark in a place of its own, so that nothing moves when it comes or goes. */
function AdminRemark({ state }: { readonly state: AdminState }) {
  const { language, link, remark } = state
  const isStale = link !== 'open'
  const text = isStale ? translate(language, 'admin.line_lost') : remark?.text[language]
  const isGood = !isStale && remark?.isGood === true
  return (
    <p
      class={text === undefined ? 'notice notice-empty' : 'notice'}
      data-good={isGood}
      role={isGood ? 'status' : 'alert'}
    >
      {isGood && (
        <span class="notice-icon">
          <Icon name="check" />
        </span>
      )}
      {text}
    </p>
  )
}
