using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace ReuseAddrDashboard.Server.Runs.Migrations;

/// <summary>The tables after the last migration, in the spelling of <c>dotnet ef migrations add</c>, which compares it with <see cref="RunsDb"/>.</summary>
[DbContext(typeof(RunsDb))]
internal sealed class RunsDbModelSnapshot : ModelSnapshot
{
    protected override void BuildModel(ModelBuilder modelBuilder)
    {
        modelBuilder.HasAnnotation("ProductVersion", "10.0.14");
        modelBuilder.Entity(
            "ReuseAddrDashboard.Server.Runs.StoredEvent",
            b =>
            {
                b.Property<string>("Run").HasColumnType("TEXT");
                b.Property<long>("Seq").HasColumnType("INTEGER");
                b.Property<string>("Json").IsRequired().HasColumnType("TEXT");
                b.HasKey("Run", "Seq");
                b.ToTable("events", (string?)null);
            }
        );
        modelBuilder.Entity(
            "ReuseAddrDashboard.Server.Runs.StoredKind",
            b =>
            {
                b.Property<int>("Number").ValueGeneratedOnAdd().HasColumnType("INTEGER");
                b.Property<string>("Kernels").IsRequired().HasColumnType("TEXT");
                b.Property<string>("Text").IsRequired().HasColumnType("TEXT");
                b.Property<string>("Topic").IsRequired().HasColumnType("TEXT");
                b.HasKey("Number");
                b.ToTable("kinds", (string?)null);
            }
        );
        modelBuilder.Entity(
            "ReuseAddrDashboard.Server.Runs.StoredRun",
            b =>
            {
                b.Property<string>("Id").HasColumnType("TEXT");
                b.Property<bool>("Finished").HasColumnType("INTEGER");
                b.Property<string>("Format").IsRequired().HasColumnType("TEXT");
                b.Property<string>("Header").IsRequired().HasColumnType("TEXT");
                b.Property<bool>("Kept").ValueGeneratedOnAdd().HasColumnType("INTEGER").HasDefaultValue(false);
                b.Property<int?>("Kind").HasColumnType("INTEGER");
                b.Property<string>("Lab").IsRequired().HasColumnType("TEXT");
                b.Property<string>("Note").IsRequired().ValueGeneratedOnAdd().HasColumnType("TEXT").HasDefaultValue("");
                b.Property<long?>("Removed").HasColumnType("INTEGER");
                b.Property<string>("Result").HasColumnType("TEXT");
                b.Property<string>("Scenario").IsRequired().HasColumnType("TEXT");
                b.Property<string>("Summary").HasColumnType("TEXT");
                b.HasKey("Id");
                b.HasIndex("Lab", "Finished");
                b.HasIndex("Id", "Removed", "Finished", "Kept", "Scenario", "Result", "Kind", "Note").HasDatabaseName("IX_runs_List");
                b.ToTable("runs", (string?)null);
            }
        );
    }
}
