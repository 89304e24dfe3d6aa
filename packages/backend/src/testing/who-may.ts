/**
 * Who may call which operation, written down apart from the roles that decide it. Everybody with a role on the platform is a viewer of their own organization here.
 */
const organizationRoleNames = ['owner', 'admin', 'member', 'viewer', 'billing', 'security'] as const;
export const platformRoleNames = ['platform_admin', 'billing_operator', 'support_agent'] as const;
/** `project_viewer`: a guest of the organization with that role in the project that is asked about. */
export const roleNames = [...organizationRoleNames, 'project_viewer', ...platformRoleNames] as const;
export type RoleName = (typeof roleNames)[number];

type Audience = 'anyone' | 'signed in' | 'own account' | readonly RoleName[];

const groups: readonly (readonly [Audience, string])[] = [
  [
    'anyone',
    `
    authorizeOidc beginPasskeySignIn checkPassword enrollNode exchangeOidc getEnrolmentScript getOpenApi getSignInOptions issueClientToken listCurrencies
    previewInvitation receivePaymentEvent refreshToken requestPasswordReset resetPassword signIn signInWithPasskey
    signInWithSecondFactor signUp verifyEmail
  `,
  ],
  [
    [
      'owner',
      'admin',
      'member',
      'viewer',
      'billing',
      'security',
      'project_viewer',
      'platform_admin',
      'billing_operator',
      'support_agent',
    ],
    `
    addSshKey createApiKey getFleetTopology getMember getOrganization getProject getSku listApiKeys
    listDepartments listMembers listOsImages listPolicies listProjectMembers listProjects listRegions listRoles listSkus
    listSshKeys previewPolicy removeSshKey revokeApiKey rotateApiKey streamEvents
  `,
  ],
  [
    ['platform_admin'],
    `
    cancelSkuPrice createOsImage createSku getAdminOsImage getAdminSku listAdminOsImages listAdminSkus
    offerOsImage offerSku setDefaultOsImage setSkuPrice updateOsImage updateSku withdrawOsImage withdrawSku
    approveSlotMap cleanUpSlot discoverSliceTopology editSlotMap getSlotMap listSlotMaps
    acceptHostKey addNode changeNode createEnrolmentToken deleteNode drainNode getNode lookUpHostKey probeNode
    retryEnrolment undrainNode
    createSetPasswordLink createUser disableUser enableUser endUserSessions forceReleaseAllocation
    getAdminOverview grantPlatformRole listAdminAllocations listAttention listMessages listNodes listPlans previewDrain whatIfPlacement
    listPlatformPolicies listResourceSlots previewPlatformPolicy removeUserFactors resetPlatformPolicy revokePlatformRole
    setOrganizationPlan setPlatformPolicy
  `,
  ],
  [
    ['owner', 'admin', 'security'],
    `
    exportOwnAuditLogs getRecording listAllocationRecordings listAuditLogs listOrganizationApiKeys replayRecording
    resetPolicy revokeOrganizationApiKey setPolicy
  `,
  ],
  [
    ['platform_admin', 'billing_operator'],
    `
    downloadAnyInvoice getAnyInvoice listAllInvoices listAnyInvoiceLines
    approveRefund decideRefund getAnyRefund listAllRefunds listDisputes previewUserRefund refundUser
    getPaymentSession listPaymentSessions reconcilePaymentSession
    creditUser issueVouchers listVouchers revokeVoucher exportAuditLogs listAllAuditLogs listAnyLedger reverseLedgerEntry
  `,
  ],
  [
    'own account',
    `
    acceptInvitation addPasskey authorizeIdentity beginPasskey beginProof beginTotp changeEmail changePassword
    confirmTotp createOrganization endOtherSessions endSession getFactors getOidcLogoutUrl getProfile getProof
    giveProof leaveOrganization linkIdentity listIdentities listSessions removePasskey removeTotp renamePasskey
    renewRecoveryCodes resendVerification setDefaultProject signOut unlinkIdentity updateProfile
  `,
  ],
  [
    'signed in',
    `
    getMe listPermissions
  `,
  ],
  [
    ['owner', 'admin'],
    `
    changeMemberRole changeServiceAccount createDepartment createInvitation createProject createServiceAccount
    createServiceAccountKey deleteDepartment deleteProject listInvitations moveProject removeMember
    removeProjectMember removeServiceAccount renameDepartment renameProject resendInvitation revokeInvitation
    revokeServiceAccountKey rotateServiceAccountKey setProjectMember updateOrganization
  `,
  ],
  [
    ['owner'],
    `
    transferOrganization
  `,
  ],
  [
    [
      'owner',
      'admin',
      'member',
      'viewer',
      'security',
      'project_viewer',
      'platform_admin',
      'billing_operator',
      'support_agent',
    ],
    `
    getAllocation getAllocationBatch getAllocationMetrics getAllocationSshKeys getServiceAccount getTask listAllocations
    listServiceAccountKeys listServiceAccounts listTaskEvents listWorkloads
  `,
  ],
  [
    ['platform_admin', 'billing_operator', 'support_agent'],
    `
    getUser listUsers
  `,
  ],
  [
    ['platform_admin', 'support_agent'],
    `
    endSupportSession getAnyOrganization listAllOrganizations listSupportSessions openSupportSession
  `,
  ],
  [
    [
      'owner',
      'admin',
      'member',
      'viewer',
      'billing',
      'project_viewer',
      'platform_admin',
      'billing_operator',
      'support_agent',
    ],
    `
    exportUsage getBalance getForecast listBudgets getBurn getCosts getUsageTimeline listUsage
  `,
  ],
  [
    ['owner', 'admin', 'billing'],
    `
    getRefund listRefunds previewRefund requestRefund
    cancelPayment createCheckoutSession createCustomerPortalSession decideTestCheckout getAutoTopUp getPayment
    getPaymentSettings getTestCheckout listPaymentMethods listPayments removePaymentMethod setAutoTopUp
    exportLedger getLedgerKey listLedger
    createBudget deleteBudget updateBudget downloadInvoice getBillingDetails getInvoice listInvoiceLines listInvoices setBillingDetails
    changeCurrency getAlerts redeemVoucher setAlerts
  `,
  ],
  [
    ['owner', 'admin', 'member'],
    `
    cancelTask createTerminalToken launchAllocation openPublishedPort precheckLaunch quoteLaunch releaseAllocation
    releaseAllocationBatch     setAllocationSshKeys
  `,
  ],
];

export const whoMay: Readonly<Record<string, Audience>> = Object.fromEntries(
  groups.flatMap(([audience, ids]) =>
    ids
      .trim()
      .split(/\s+/)
      .map(id => [id, audience]),
  ),
);
