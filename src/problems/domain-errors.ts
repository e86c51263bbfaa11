import { RenderError } from '../../emails/render/renderer.ts';
import { KeySetElsewhere, NoKeyWaits, NotASender, NotPublished } from '../actions/dkim.ts';
import { InvalidPlan, ReceiverNotFound } from '../actions/receivers.ts';
import { RelayNotFound } from '../actions/relays.ts';
import { CannotSend } from '../actions/steer.ts';
import { TooManyTests } from '../actions/test-send.ts';
import {
  ArticleExists,
  ArticleNotFound,
  ArticleShared,
  ExternalIdTaken,
  FeedBusy,
  FeedNotFound,
  FeedTaken,
  InvalidArticle,
  InvalidFeed,
  NothingJoined,
  UnknownArticles,
} from '../articles/errors.ts';
import { BulkJobConflict, BulkJobNotFound } from '../bulk/jobs.ts';
import { UnusableBackup } from '../database/backup/file.ts';
import { DatabaseNotEmpty, StillAtWork } from '../database/backup/restore.ts';
import { NothingMissed } from '../deliveries/control.ts';
import { EarlierEditionNotFound } from '../earlier-editions/earlier-editions.ts';
import { UnreadableArchive } from '../earlier-editions/found.ts';
import {
  EditionNotEditable,
  EditionNotFound,
  InvalidEdition,
  NothingNew,
  WrongEditionState,
} from '../editions/errors.ts';
import { FeedAway, FeedFault } from '../feeds/errors.ts';
import { LetterRefused, NothingToConfirm } from '../letters/errors.ts';
import { InvalidAddress } from '../mail/address.ts';
import {
  InvalidNewsletter,
  NewsletterArchived,
  NewsletterHeld,
  NewsletterNotFound,
  SlugTaken,
} from '../newsletters/errors.ts';
import { UnusableLogo } from '../newsletters/logo-files.ts';
import {
  InvalidOperator,
  LastOwner,
  OperatorExists,
  OperatorNotFound,
} from '../operators/accounts.ts';
import { InvalidToken, TokenExpired, TokenNotFound } from '../operators/api-tokens.ts';
import { InvalidBinding } from '../operators/bindings.ts';
import { KeyReused, StillRunning } from '../operators/idempotency.ts';
import { PasskeyNotFound } from '../operators/passkeys.ts';
import { TooBusy } from '../operators/passwords.ts';
import { RoleNeeded } from '../operators/roles.ts';
import { OutsideOfScope, WholeNewsroomNeeded } from '../operators/scope.ts';
import { SetupLinkGone } from '../operators/setup-links.ts';
import {
  AddressSuppressed,
  AddressTaken,
  ComplaintStays,
  ImportNotFound,
  InvalidImport,
  InvalidSubscriber,
  ListTooLarge,
  NoRoom,
  ReasonNeeded,
  SubscriberNotFound,
  SubscriberShared,
  SuppressionNotFound,
  TooManyImports,
  WrongImportState,
} from '../subscribers/errors.ts';

import { AttemptNotFound, WebhookNotFound, WebhookOff } from '../webhooks/errors.ts';

type ErrorClass = abstract new (...args: never[]) => Error;

/** What each named error of the domain is on the web: the one place where that is decided. */
const statuses: [number, ErrorClass[]][] = [
  [401, [TokenExpired]],
  [403, [RoleNeeded, WholeNewsroomNeeded, ArticleShared, SubscriberShared]],
  [
    404,
    [
      EditionNotFound,
      NewsletterNotFound,
      SubscriberNotFound,
      SuppressionNotFound,
      ImportNotFound,
      OperatorNotFound,
      TokenNotFound,
      FeedNotFound,
      RelayNotFound,
      ReceiverNotFound,
      ArticleNotFound,
      NothingJoined,
      SetupLinkGone,
      OutsideOfScope,
      PasskeyNotFound,
      WebhookNotFound,
      AttemptNotFound,
      EarlierEditionNotFound,
      BulkJobNotFound,
      NotASender,
    ],
  ],
  [
    409,
    [
      NothingNew,
      NothingMissed,
      WrongEditionState,
      EditionNotEditable,
      WrongEditionState,
      CannotSend,
      DatabaseNotEmpty,
      StillAtWork,
      SlugTaken,
      NewsletterArchived,
      NewsletterHeld,
      AddressTaken,
      AddressSuppressed,
      ComplaintStays,
      NothingToConfirm,
      FeedTaken,
      ArticleExists,
      ExternalIdTaken,
      FeedBusy,
      OperatorExists,
      LastOwner,
      StillRunning,
      WebhookOff,
      BulkJobConflict,
      KeySetElsewhere,
      NoKeyWaits,
      NotPublished,
      WrongImportState,
    ],
  ],
  [413, [ListTooLarge]],
  [
    422,
    [
      InvalidEdition,
      UnknownArticles,
      UnusableBackup,
      InvalidNewsletter,
      UnusableLogo,
      InvalidSubscriber,
      InvalidPlan,
      ReasonNeeded,
      InvalidImport,
      UnreadableArchive,
      InvalidAddress,
      InvalidFeed,
      FeedFault,
      InvalidArticle,
      RenderError,
      InvalidOperator,
      InvalidToken,
      InvalidBinding,
      KeyReused,
    ],
  ],
  [429, [LetterRefused, TooManyTests]],
  [503, [FeedAway, TooBusy, TooManyImports]],
  [507, [NoRoom]],
];

/** The status of a domain error; undefined for an error nobody named. */
export function statusOf(error: Error): number | undefined {
  return statuses.find(([, classes]) => classes.some((named) => error instanceof named))?.[0];
}
