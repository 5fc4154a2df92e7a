/** Which requests stand together on the page of all requests: title, sentence, entities. */
export const REQUEST_GROUPS = [
  ["Company and preferences", "", "Host Company CompanyActivity Preferences"],
  [
    "Customers, vendors, people",
    "`EntityQuery` looks among customers, employees, other names and vendors at once.",
    "Customer Lead Vendor Employee OtherName Entity SalesRep",
  ],
  [
    "Items and prices",
    "`ItemQuery` looks among items of all kinds at once. `SpecialItemAdd` and `SpecialAccountAdd` make those that QuickBooks itself needs.",
    "Item ItemService ItemNonInventory ItemOtherCharge ItemInventory ItemInventoryAssembly ItemFixedAsset ItemSubtotal ItemDiscount ItemPayment ItemSalesTax ItemSalesTaxGroup ItemGroup SpecialItem PriceLevel BillingRate UnitOfMeasureSet BarCode",
  ],
  ["Accounts, classes, currencies", "", "Account SpecialAccount AccountTaxLineInfo Class Currency"],
  [
    "Terms, types and other short lists",
    "",
    "Terms StandardTerms DateDrivenTerms CustomerType VendorType JobType CustomerMsg PaymentMethod ShipMethod Template ToDo Vehicle",
  ],
  [
    "Sales",
    "",
    "Estimate SalesOrder Invoice SalesReceipt CreditMemo Charge ReceivePayment ReceivePaymentToDeposit ARRefundCreditCard",
  ],
  [
    "Purchases",
    "",
    "PurchaseOrder ItemReceipt Bill VendorCredit BillPaymentCheck BillPaymentCreditCard BillToPay",
  ],
  ["Bank and journal", "", "Check CreditCardCharge CreditCardCredit Deposit Transfer JournalEntry"],
  [
    "Stock",
    "",
    "InventoryAdjustment InventorySite ItemSites TransferInventory BuildAssembly ItemAssembliesCanBuild",
  ],
  ["Time and mileage", "", "TimeTracking VehicleMileage"],
  [
    "Taxes and payroll",
    "",
    "SalesTaxCode SalesTaxPaymentCheck SalesTaxPayable SalesTaxReturn SalesTaxReturnLine Form1099CategoryAccountMapping WorkersCompCode PayrollItemWage PayrollItemNonWage PayrollLastPeriod",
  ],
  [
    "Reports",
    "Each gives a `ReportRet`; [`readReport`](values.md#reports) makes a table and a tree of it.",
    "GeneralSummaryReport GeneralDetailReport AgingReport BudgetSummaryReport JobReport TimeReport CustomSummaryReport CustomDetailReport PayrollSummaryReport PayrollDetailReport",
  ],
  [
    "Any list object, any transaction",
    "The Display requests open a form on the screen of who works in QuickBooks; they count as writes.",
    "List ListDeleted ListDisplay Txn TxnDeleted TxnDisplay Transaction ClearedStatus",
  ],
  ["Custom fields", "", "DataExtDef DataExt"],
  ["Events that were missed", "", "DataEventRecoveryInfo"],
  [
    "Subscriptions",
    "They never stand in a set with any other request.",
    "DataEventSubscription UIEventSubscription UIExtensionSubscription Subscription",
  ],
].map(([title, sentence, entities]) => ({ title, sentence, entities: entities.split(" ") }));
