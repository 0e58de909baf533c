import type { WebSocket } from 'k6/websockets';
import type { Values } from '../../settings/kinds.js';
import type { Shape, Thresholds } from '../../types/suite.js';

/** Something a test says on a socket. */
export interface Say {
  /** Socket.IO: name of the event. */
  event?: string;
  /** What is sent; `{channel}` in a text stands for the channel of the socket. */
  message?: unknown;
  /** Raw: `type` of the message that answers it; left out: none does. */
  answer?: string;
  /** Socket.IO: whether the service acknowledges the event (calls back); default: it does not. */
  ack?: boolean;
  /** Seconds after subscribing. */
  after?: number;
}

/** One row of config/sockets.js. Seconds. */
export interface Conversation {
  /** From the base, unless WS_PATH or WS_URL says otherwise. */
  path: string;
  /** Sockets subscribe to these in turn, unless WS_CHANNELS names others. */
  channels: string[];
  /** How long a socket stays open. */
  openFor: number;
  /** A subscribed socket that heard nothing for so long has failed; 0: it may stay silent. */
  messageWithin: number;
  /** Where messages carry their time stamp: milliseconds, seconds or ISO text. Empty: nowhere. */
  timeField: string;
  /** Whether messages have to carry one; `false`: the latency is judged only if some do. */
  timed: boolean;
  /** Where messages carry their id, to notice those that come twice. */
  idField: string;
  /** What every message must have; empty: nothing. */
  requiredField: string;
  /** Raw: types of messages that only confirm something said. A socket that hears nothing else is silent. */
  confirmations?: string[];
  subscribe: Say;
  /** Asks for the server's clock, in `timeField` of the answer. A service need not answer: clocks are then taken to agree. */
  clock?: Say & { every: number };
  /** Whether to ask, unless WS_CLOCK says otherwise. */
  asksClock: boolean;
  says: Say[];
  /** What to run when PROFILE is not set. */
  defaultLoad: { scenario: string; shape: Shape };
  thresholds: Thresholds;
}

/** A conversation with the settings applied. */
export interface PlannedConversation extends Omit<Conversation, 'clock'> {
  /** undefined: is not asked for. */
  clock?: Conversation['clock'];
  /** `openFor` in milliseconds. */
  openForMs: number;
  /** How long a socket stays open in this run, milliseconds. */
  sessionMs: number;
  address: {
    /** Without credentials. */
    url: string;
    /** For messages: no query, no credentials. */
    shown: string;
    headers: Record<string, string>;
  };
}

/** One socket of a VU, with what it has seen. */
export interface Session {
  socket: WebSocket;
  channel: string;
  phase: 'connecting' | 'open' | 'waiting' | 'leaving' | 'gone';
  /** Milliseconds since the epoch. */
  endsAt: number;
  openedAt: number;
  subscribedAt: number;
  /** Share of the planned time this session has. */
  pace: number;
  /** How long an unanswered upgrade has to last until it is a failure, milliseconds. */
  patienceMs: number;
  /** Whether it was ever open. */
  opened: boolean;
  /** Whether the answer to its close frame is waited for. */
  awaitsClose?: boolean;
  /** Connections in a row that did not last. */
  attempts: number;
  timers: number[];
  heartbeat: number;
  /** Longest silence of the server. */
  heartbeatMs: number;
  clock: import('./clock-offset.js').ClockOffset;
  /** Questions without an answer yet. */
  pending: Map<string | number, { what: string; askedAt: number }>;
  /** Number of the newest question. */
  asked: number;
  seen: Set<unknown>;
  /** Messages of this connection. */
  received: number;
  /** What k6 said last. */
  error: string;
  /** Why the test itself ended the connection. */
  ended?: { cause: import('./socket-metrics.js').SocketCause; detail: unknown };
}

/** What a dialect tells of what it heard. */
export interface DialectHooks {
  /** The socket can be talked on. */
  ready(session: Session): void;
  /** The server gave a sign of life. */
  alive(session: Session): void;
  /** An answer; false when nobody asked. */
  answered(session: Session, key: any, data: any, at: number): boolean;
  news(session: Session, message: any, at: number): void;
  unreadable(session: Session, text: string): void;
  binary(session: Session): void;
  /** The connection is of no more use. */
  end(session: Session, cause: import('./socket-metrics.js').SocketCause, detail: unknown): void;
}

/** How a protocol is spoken. */
export interface Dialect {
  /** Part of the address. */
  query: string;
  opened(session: Session): void;
  /** Returns the key of the answer, if one is expected. */
  say(session: Session, step: Say): string | number | undefined;
  read(session: Session, text: string, at: number): void;
  goodbye(session: Session): void;
}

/** What happened on the sockets, in the summary. */
export interface SocketMetrics {
  name: string;
  /** Sockets of each user. */
  perUser: number;
  connections: number;
  reconnects: number;
  /** Open at one instant, the middle of the highest load. */
  openAtPeak: number;
  received: number;
  sent: number;
  /** Per second. */
  receivedRate: number;
  sentRate: number;
  /** Connections, messages and answers that went wrong, percent. */
  errorRate: number;
  /** Close frames that were answered, percent of those where it was waited for; null when it was not. */
  closeAnswered: number | null;
  /** Answers to the upgrade other than 101, by status. */
  refusals: Record<string, number>;
  /** Failures by cause. */
  errorTypes: Record<string, number>;
  /** From the server's time stamp to arrival; null when no message carried one. */
  latency: import('../../types/summary.js').Durations | null;
  /** From a question to its answer. */
  roundTrip: import('../../types/summary.js').Durations | null;
  /** Server's clock minus ours, milliseconds, half of the measurements below. */
  clockSkewMs: number | null;
  stages: {
    name: string;
    connections: number;
    received: number;
    errorRate: number;
    latency: import('../../types/summary.js').Durations | null;
  }[];
}

declare module '../../types/features.js' {
  interface FeatureEnvironment extends Values<typeof import('./settings.js').settings> {
    socket: import('./socket-settings.js').SocketSettings;
  }
  interface FeatureLoad {
    /** Sockets per user; left out for tests without sockets. */
    sockets?: number;
  }
}

declare module '../../types/summary.js' {
  interface Summary {
    /** null for tests without sockets. */
    sockets?: SocketMetrics | null;
  }
}
