extension AdviceCheck {
    /// The checks of a database's own objects.
    static let schema: [AdviceCheck] = [
        .foreignKeyWithoutIndex, .duplicateIndex, .redundantIndex, .unusedIndex, .invalidIndex, .indexBloat,
        .missingIndex, .lowCardinalityIndex, .unvalidatedConstraint, .disabledTrigger, .tableWithoutKey, .tableBloat,
        .sequenceHeadroom, .keyHeadroom, .narrowForeignKey, .identityDrift, .staleStatistics, .autovacuumDisabled,
        .autovacuumSaturated, .autovacuumScaleFactor, .hashPartitionMissing, .unloggedTable, .expiredRows,
        .collationDrift, .rowSecurityGap, .definerSearchPath, .publicSchemaCreate, .outdatedExtension,
    ]
}
