// The shell: who is here, where one can go, and the page of the address.
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Link, Redirect, Route, Router, Switch, useLocation } from "wouter-preact";
import { type Person, logOut } from "./auth";
import { useOffline } from "./connection";
import { Me } from "./me";
import { CallsPage } from "./pages/calls";
import { ClosuresPage } from "./pages/closures";
import { EmployerPage } from "./pages/employer";
import { EmployersPage, NewEmployerPage } from "./pages/employers";
import { DelegationsPage } from "./pages/delegations";
import { HelpPage } from "./pages/help";
import { ImportPage } from "./pages/import";
import { InitiativesPage } from "./pages/initiatives";
import { LeaversPage } from "./pages/leavers";
import { OffersPage } from "./pages/offers";
import { PlacementPage } from "./pages/placement";
import { PlacementsPage } from "./pages/placements";
import { PlanPage } from "./pages/plan";
import { PortfolioPage } from "./pages/portfolio";
import { ProgrammesPage } from "./pages/programmes";
import { RelationsPage } from "./pages/relations";
import { RoundsPage } from "./pages/rounds";
import { StudentPage } from "./pages/student";
import { StudentRequestPage } from "./pages/studentrequest";
import { NewStudentPage, StudentsPage } from "./pages/students";
import { TipsPage } from "./pages/tips";
import { TodayPage } from "./pages/today";
import { Card, Page } from "./ui/basics";
import { Icon, type IconName } from "./ui/icon";
import { Toasts } from "./ui/toast";
import { language, speak, t } from "./words";

type Place = [path: Exclude<IconName, "more">, page: () => VNode];

/** The first ones fit on a telephone; the rest stands behind "more" there. */
const ON_TELEPHONE = 4;
const COORDINATOR: Place[] = [
  ["today", TodayPage], ["students", StudentsPage], ["employers", EmployersPage], ["placements", PlacementsPage], ["offers", OffersPage],
  ["calls", CallsPage], ["relations", RelationsPage], ["help", HelpPage], ["programmes", ProgrammesPage], ["initiatives", InitiativesPage],
  ["rounds", RoundsPage], ["leavers", LeaversPage], ["delegations", DelegationsPage], ["import", ImportPage],
];
const REGIONAL: Place[] = [
  ["plan", PlanPage], ["employers", EmployersPage], ["offers", OffersPage], ["calls", CallsPage], ["closures", ClosuresPage],
  ["relations", RelationsPage], ["help", HelpPage], ["programmes", ProgrammesPage], ["initiatives", InitiativesPage], ["rounds", RoundsPage],
];
const INTERMEDIARY: Place[] = [["calls", CallsPage], ["help", HelpPage], ["tips", TipsPage]];
const SBB: Place[] = [["calls", CallsPage], ["portfolio", PortfolioPage], ...INTERMEDIARY.slice(1)];

function placesOf(person: Person): Place[] {
  if (person.roles.includes("coordinator")) return COORDINATOR;
  if (person.roles.includes("regional-coordinator")) return REGIONAL;
  return person.kind === "sbb" ? SBB : INTERMEDIARY;
}

export function App({ person }: { person: Person }) {
  const [spoken, setSpoken] = useState(language());
  const other = () => {
    speak(spoken === "nl" ? "en" : "nl");
    setSpoken(language());
  };
  return (
    <Me.Provider value={person}>
      <Router base="/app" key={spoken}>
        <Shell person={person} other={other} />
      </Router>
      <Toasts />
    </Me.Provider>
  );
}

function Shell({ person, other }: { person: Person; other: () => void }) {
  const places = placesOf(person);
  const [path] = useLocation();
  const rest = places.slice(ON_TELEPHONE);
  const here = (name: string) => path === `/${name}` || path.startsWith(`/${name}/`);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    // a new page is announced, as a browser would
    if (!first.current) main.current?.querySelector<HTMLElement>("h1")?.focus();
    first.current = false;
    scrollTo(0, 0);
  }, [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main">{t.skip}</a>
      <header class="bar">
        <Link href="/" class="brand"><img src="/app/icon.svg" alt="" width="28" height="28" />{t.app}</Link>
        <div class="who">
          <span class="name">{person.name}</span>
          <button class="link" lang={language() === "nl" ? "en" : "nl"} onClick={other}>{t.otherLanguage}</button>
          <button class="link" onClick={logOut}>{t.logOut}</button>
        </div>
      </header>
      <Offline />
      <nav aria-label={t.menu} class="menu">
        {places.map(([name], at) => (
          <Link key={name} href={`/${name}`} class={`place ${at < ON_TELEPHONE ? "" : "rest"}`} aria-current={here(name) ? "page" : undefined}>
            <Icon name={name} /><span>{t.nav[name]}</span>
          </Link>
        ))}
        {rest.length > 0 && (
          <Link href="/more" class="place all" aria-current={path === "/more" || rest.some(([name]) => here(name)) ? "page" : undefined}>
            <Icon name="more" /><span>{t.nav.more}</span>
          </Link>
        )}
      </nav>
      <main id="main" ref={main}>
        <Switch>
          <Route path="/"><Redirect to={`/${places[0]![0]}`} replace /></Route>
          <Route path="/students/new" component={NewStudentPage} />
          <Route path="/students/:id">{({ id }) => <StudentPage key={id} id={id} />}</Route>
          <Route path="/employers/new" component={NewEmployerPage} />
          <Route path="/employers/:id">{({ id }) => <EmployerPage key={id} id={id} />}</Route>
          <Route path="/placements/:id">{({ id }) => <PlacementPage key={id} id={id} />}</Route>
          <Route path="/student-requests/:id">{({ id }) => <StudentRequestPage key={id} id={id} />}</Route>
          <Route path="/more"><MorePage of={rest} /></Route>
          {places.map(([name, page]) => <Route key={name} path={`/${name}`} component={page} />)}
          <Route><h1>{t.notFound}</h1></Route>
        </Switch>
      </main>
    </div>
  );
}

function Offline() {
  return <div role="alert">{useOffline() && <p class="offline">{t.offline}</p>}</div>;
}

/** On a telephone: where else one can go. */
const MorePage = ({ of }: { of: Place[] }) => (
  <Page title={t.nav.more}>
    <Card>
      <ul class="more-list">
        {of.map(([name]) => <li key={name}><Link href={`/${name}`}><Icon name={name} />{t.nav[name]}</Link></li>)}
      </ul>
    </Card>
  </Page>
);
