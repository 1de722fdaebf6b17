using ReuseAddrDashboard.Core.Rule;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Rule;

public sealed class KernelVersionTests
{
    [Theory]
    [
        InlineData("6.18.44-fc-v782", "6.18.44", true),
        InlineData("6.1.0-47-cloud-amd64", "6.1.0", false),
        InlineData("6.12.115+deb12-cloud-amd64", "6.12.115", true),
        InlineData("6.1.0", "6.1.0", true)
    ]
    [InlineData("6.8.0-rc1", "6.8.0", true), InlineData("5.15.0-91-generic", "5.15.0", false), InlineData("7.2", "7.2.0", false)]
    public void Reads_a_release(string release, string version, bool exact) =>
        Assert.Equal((version, exact), (KernelVersion.Parse(release)?.ToString(), KernelVersion.Parse(release)?.IsExact));

    [Theory]
    [InlineData(null), InlineData(""), InlineData("unknown"), InlineData("6"), InlineData("x.y.z"), InlineData("99999999999.1")]
    public void Anything_else_is_none(string? release) => Assert.Null(KernelVersion.Parse(release));

    [Fact]
    public void What_a_bucket_remembers_goes_by_the_release()
    {
        Assert.Equal(BucketMemory.Both, BindBucket.Memory("6.1.0-47-amd64"));
        Assert.Equal(BucketMemory.Both, BindBucket.Memory("6.7.12"));
        Assert.Equal(BucketMemory.ReusePort, BindBucket.Memory("6.8.0-31-generic"));
        Assert.Equal(BucketMemory.ReusePort, BindBucket.Memory("6.18.44"));
        Assert.Equal(BucketMemory.Unknown, BindBucket.Memory("5.14.0-427.13.1.el9_4.x86_64"));
        Assert.Equal(BucketMemory.Unknown, BindBucket.Memory("unknown"));
    }
}
