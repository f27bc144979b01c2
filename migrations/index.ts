import { InspectLegacyTables1763900000000 } from './1763900000000-InspectLegacyTables.js';
import { CreateBookkeeping1763900100000 } from './1763900100000-CreateBookkeeping.js';
import { AdoptTables1763900150000 } from './1763900150000-AdoptTables.js';
import { FillMirroredColumns1763900160000 } from './1763900160000-FillMirroredColumns.js';
import { CreateTables1763900200000 } from './1763900200000-CreateTables.js';
import { AddMissingColumns1763900400000 } from './1763900400000-AddMissingColumns.js';
import { RelaxForeignColumns1763900500000 } from './1763900500000-RelaxForeignColumns.js';
import { KeepColumnsInStep1763900600000 } from './1763900600000-KeepColumnsInStep.js';
import { CreateIndexes1763900700000 } from './1763900700000-CreateIndexes.js';
import { FollowLegacyWrites1763900850000 } from './1763900850000-FollowLegacyWrites.js';
import { BackfillUsers1763900900000 } from './1763900900000-BackfillUsers.js';
import { BackfillCredentialAccounts1763901000000 } from './1763901000000-BackfillCredentialAccounts.js';
import { BackfillAdoptedTables1763901100000 } from './1763901100000-BackfillAdoptedTables.js';
import { AddForeignKeys1763901150000 } from './1763901150000-AddForeignKeys.js';
import { RequireValues1763901200000 } from './1763901200000-RequireValues.js';
import { WrapWeakHashes1763901250000 } from './1763901250000-WrapWeakHashes.js';
import { ShowUnderOurNames1763901280000 } from './1763901280000-ShowUnderOurNames.js';
import { ValidateMigration1763901300000 } from './1763901300000-ValidateMigration.js';
import { CreateMails1763902000000 } from './1763902000000-CreateMails.js';
import { WriteBackPasswords1763903000000 } from './1763903000000-WriteBackPasswords.js';
import { CreateLegacyTokens1763903100000 } from './1763903100000-CreateLegacyTokens.js';
import { NotifySessionChanges1763904000000 } from './1763904000000-NotifySessionChanges.js';
import { CreateTokenRefreshes1763905000000 } from './1763905000000-CreateTokenRefreshes.js';
import { CutOffLegacyTokens1763906500000 } from './1763906500000-CutOffLegacyTokens.js';
import { CreateAddressProofs1763906600000 } from './1763906600000-CreateAddressProofs.js';
import { CreatePasswordGuesses1763908000000 } from './1763908000000-CreatePasswordGuesses.js';
import { CreateAuditEvents1763909000000 } from './1763909000000-CreateAuditEvents.js';
import { CreateWebhooks1763909100000 } from './1763909100000-CreateWebhooks.js';
import { KeepLegacyNames1763990000000 } from './1763990000000-KeepLegacyNames.js';

/** In the order in which they run. Add new ones at the end, and never change a released one. */
export const MIGRATIONS = [
  InspectLegacyTables1763900000000,
  CreateBookkeeping1763900100000,
  AdoptTables1763900150000,
  FillMirroredColumns1763900160000,
  CreateTables1763900200000,
  AddMissingColumns1763900400000,
  RelaxForeignColumns1763900500000,
  KeepColumnsInStep1763900600000,
  CreateIndexes1763900700000,
  FollowLegacyWrites1763900850000,
  BackfillUsers1763900900000,
  BackfillCredentialAccounts1763901000000,
  BackfillAdoptedTables1763901100000,
  AddForeignKeys1763901150000,
  RequireValues1763901200000,
  WrapWeakHashes1763901250000,
  ShowUnderOurNames1763901280000,
  ValidateMigration1763901300000,
  CreateMails1763902000000,
  WriteBackPasswords1763903000000,
  CreateLegacyTokens1763903100000,
  NotifySessionChanges1763904000000,
  CreateTokenRefreshes1763905000000,
  CutOffLegacyTokens1763906500000,
  CreateAddressProofs1763906600000,
  CreatePasswordGuesses1763908000000,
  CreateAuditEvents1763909000000,
  CreateWebhooks1763909100000,
  KeepLegacyNames1763990000000,
] as const;
