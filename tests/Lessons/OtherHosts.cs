namespace ReuseAddrDashboard.Lessons;

/// <summary>In namespaces, whatever REUSEADDR_LESSON_HOSTS says, as the user who runs the tests.</summary>
public sealed class NamespacesDashboard() : LessonDashboard("namespaces", ordinary: false);

/// <summary>In namespaces, as an ordinary user: also where root runs the tests.</summary>
public sealed class OrdinaryUserDashboard() : LessonDashboard("namespaces", ordinary: true);

/// <summary>On loopback, as an ordinary user.</summary>
public sealed class LoopbackDashboard() : LessonDashboard("loopback", ordinary: true);

/// <summary>A few lessons without pauses, each for what it needs; REUSEADDR_LESSON_HOSTS and another user run all of them so.</summary>
public sealed class OrdinaryUserLessons(OrdinaryUserDashboard dashboard) : LessonTest(dashboard), IClassFixture<OrdinaryUserDashboard>
{
    [Theory]
    [InlineData("without-reuseaddr", 0)]
    [InlineData("assassination", 0)] // sysctl, capture
    [InlineData("nodelay", 0)] // nft
    [InlineData("dual-stack", 0)] // ipv6
    [InlineData("second-address", 0)]
    [InlineData("inherited-by-child", 0)] // fork
    public Task The_kernel_does_as_the_lesson_expects(string lesson, int expectation) => Holds(lesson, expectation, pauseMs: 0);

    [Theory]
    [InlineData("other-user", "need.users")]
    public Task A_lesson_that_lacks_something_is_refused_with_the_reason(string lesson, string code) => IsRefused(lesson, code);
}

public sealed class LoopbackLessons(LoopbackDashboard dashboard) : LessonTest(dashboard), IClassFixture<LoopbackDashboard>
{
    [Theory]
    [InlineData("without-reuseaddr", 0)]
    [InlineData("over-listener", 0)]
    [InlineData("half-close", 0)]
    [InlineData("second-address", 0)]
    [InlineData("inherited-by-child", 0)]
    public Task The_kernel_does_as_the_lesson_expects(string lesson, int expectation) => Holds(lesson, expectation, pauseMs: 0);

    [Theory]
    [InlineData("no-time-wait-buckets", "need.own-namespaces")]
    [InlineData("dual-stack", "need.ipv6")]
    [InlineData("cork", "need.capture")]
    [InlineData("other-user", "need.users")]
    public Task A_lesson_that_lacks_something_is_refused_with_the_reason(string lesson, string code) => IsRefused(lesson, code);
}
